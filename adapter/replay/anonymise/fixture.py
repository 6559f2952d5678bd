"""Files of real messages into a folder of fixtures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path

from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.message import Message
from adapter.message.identity import IdentityNumber, numbers_in
from adapter.replay.anonymise import rehearsal
from adapter.replay.anonymise.anonymiser import Anonymiser
from adapter.replay.anonymise.protocol import Protocol
from adapter.replay.remint import decoded
from adapter.replay.source import glance
from adapter.values import value_class

_NO_MESSAGE = "it holds no XML; only messages in XML can be anonymised"


@value_class
class Fixture:
    """What became of one message."""

    #: The file it is written to; "" where it was refused. Nothing of the original's name is in it.
    name: str
    data: bytes = field(repr=False)
    verdict: str
    #: What is judged differently from the original.
    differences: tuple[str, ...] = ()
    #: Why nothing was made of it.
    refused: str = ""
    protocol: Protocol

    @property
    def is_good(self) -> bool:
        """Tell whether it can stand for its original."""
        return not self.refused and not self.differences

    def as_dict(self) -> dict[str, object]:
        """Return what `anonymise --json` prints, without the name of the original."""
        return {
            "fixture": self.name or None,
            "refused": self.refused or None,
            "verdict": self.verdict or None,
            "differences": list(self.differences),
            "replaced": dict(sorted(self.protocol.replaced.items())),
            "to_read": dict(sorted(self.protocol.to_read.items())),
        }


def fixtures_of(messages: Sequence[bytes], anonymiser: Anonymiser, checker: Checker, *, now: datetime) -> list[Fixture]:
    """Return a fixture for each message, in their order."""
    digits = max(3, len(str(len(messages))))
    return [
        _fixture(data, f"{place:0{digits}}", anonymiser, checker, now) for place, data in enumerate(messages, start=1)
    ]


def write(fixtures: Sequence[Fixture], folder: Path, report: str) -> None:
    """Write the fixtures and the report about them to a folder. OSError where that cannot be done."""
    folder.mkdir(parents=True, exist_ok=True)
    for fixture in fixtures:
        if fixture.name:
            (folder / fixture.name).write_bytes(fixture.data)
    (folder / "report.md").write_text(report, encoding="utf-8")


def _fixture(data: bytes, number: str, anonymiser: Anonymiser, checker: Checker, now: datetime) -> Fixture:
    protocol = Protocol()
    if not _is_markup(data):
        return Fixture(name="", data=b"", verdict="", refused=_NO_MESSAGE, protocol=protocol)
    new = anonymiser.anonymise(data, protocol)
    found = rehearsal.differences(data, new, checker=checker, now=now, offset=anonymiser.offset)
    if any(IdentityNumber.of(number).is_real_range for number in numbers_in(new)):
        found = (*found, "a number is left that a living person can have")
    report = checker.check(new, Policy(environment="prod"), now=now + anonymiser.offset)
    if report.message is None:
        protocol.ask("a message that is no well-formed XML; the places of its values could only be guessed")
    mark = ".differs" if found else ""
    return Fixture(
        name=f"{number}-{_kind(glance(new))}{mark}.xml",
        data=new,
        verdict=rehearsal.verdict(report),
        differences=found,
        protocol=protocol,
    )


def _is_markup(data: bytes) -> bool:
    text, _ = decoded(data)
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def _kind(message: Message | None) -> str:
    if message is None:
        return "unknown"
    return "-".join(part for part in (message.kind.value, message.version) if part)
