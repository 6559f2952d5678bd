"""The report of an anonymised set: what was replaced, and what a person should still read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapter.replay.anonymise.fixture import Fixture
from adapter.replay.anonymise.protocol import Protocol

_ALWAYS = (
    "Names, numbers, ids, days and texts were replaced by rule. Codes stay: diagnoses, professions, kinds of messages. "
    "A rare diagnosis, or a rare combination, can tell of somebody all the same."
)


def summary(fixtures: Sequence[Fixture]) -> Protocol:
    """Return the counts of all fixtures together."""
    total = Protocol()
    for fixture in fixtures:
        total.add(fixture.protocol)
    return total


def lines(fixtures: Sequence[Fixture]) -> Iterator[str]:
    """Yield the report, in Markdown that reads well as it is."""
    total = summary(fixtures)
    made = sum(1 for fixture in fixtures if fixture.name)
    yield "# Anonymised messages"
    yield ""
    yield f"{made} of {len(fixtures)} messages were anonymised."
    yield ""
    yield "## Replaced or removed"
    yield ""
    yield from _counts(total.replaced) or ("Nothing.",)
    yield ""
    yield "## To be read by a person before they leave the house"
    yield ""
    yield from _counts(total.to_read)
    yield f"- {_ALWAYS}"
    if any(not fixture.is_good for fixture in fixtures):
        yield ""
        yield "## Not like their originals"
        yield ""
        for place, fixture in enumerate(fixtures, start=1):
            if fixture.refused:
                yield f"- message {place}: {fixture.refused}."
            yield from (f"- {fixture.name}: {difference}." for difference in fixture.differences)
    yield ""
    yield "## Messages"
    yield ""
    yield from (f"- {fixture.name}: {fixture.verdict}" for fixture in fixtures if fixture.name)


def _counts(counts: dict[str, int]) -> list[str]:
    return [f"- {count} × {kind}" for kind, count in sorted(counts.items())]
