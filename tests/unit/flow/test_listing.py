"""An address that is gone stops a message; that nobody could be asked stops nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapter.check.finding import Severity
from adapter.flow.listing import listed
from adapter.partner.address import Answer, Presence

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASKED = NOW - timedelta(days=2)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(her_id="8990301", presence=Presence.LISTED, asked_at=ASKED), []),
        (Answer(her_id="8990301", presence=Presence.GONE, asked_at=ASKED), [("ADR-01", Severity.BLOCK)]),
        (Answer(her_id="8990301", presence=Presence.UNASKED), [("ADR-02", Severity.INFO)]),
        (
            Answer(her_id="8990301", presence=Presence.LISTED, asked_at=ASKED, is_stale=True),
            [("ADR-03", Severity.INFO)],
        ),
        (
            Answer(her_id="8990301", presence=Presence.GONE, asked_at=ASKED, is_stale=True),
            [("ADR-01", Severity.BLOCK), ("ADR-03", Severity.INFO)],
        ),
    ],
)
def test_each_answer_has_its_weight(answer: Answer, expected: list[tuple[str, Severity]]) -> None:
    assert [(found.rule, found.severity) for found in listed([answer], NOW)] == expected


def test_the_texts_name_the_address_and_the_age() -> None:
    gone = Answer(her_id="8990301", presence=Presence.GONE, asked_at=ASKED, is_stale=True)

    first, second = listed([gone], NOW)

    assert (
        first.partner_text == "Mottakerens HER-id 8990301 finnes ikke i Adresseregisteret, eller er ikke lenger gyldig."
    )
    assert "8990301 is 2 days old" in second.text
