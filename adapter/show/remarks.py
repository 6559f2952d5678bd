"""What the checks found, each remark in the part of the letter that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from adapter.show.labels import LEVELS, SEVERITIES
from adapter.show.page import Block, Notice, Remark, plain

#: Element names of a path, without their positions and prefixes.
_NAME = re.compile(r"[^/\[\]:]+(?=\[|/|$)")


class Finding(Protocol):
    """What is shown of a check's finding."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def partner_text(self) -> str | None: ...
    @property
    def path(self) -> str | None: ...


class Place(StrEnum):
    """The parts of a letter, by the heading that each has."""

    SENDER = "Fra"
    RECEIVER = "Til"
    PATIENT = "Pasient"
    #: What the message says; its heading depends on the standard.
    CONTENT = ""
    ATTACHMENTS = "Vedlegg"
    MESSAGE = "Om meldingen"


#: The last of these in a path says what a finding is about. The old standards keep clinical facts under Patient.
_PLACES = {
    **dict.fromkeys(("Sender", "Requester"), Place.SENDER),
    **dict.fromkeys(("Receiver", "OtherReceiver", "ServProvider", "CopyDest"), Place.RECEIVER),
    "Patient": Place.PATIENT,
    **dict.fromkeys(("Content", "ServReq", "ServRprt", "InfItem", "Diagnosis", "ReasonAsText"), Place.CONTENT),
    **dict.fromkeys(("ReqServ", "PatRelHCP", "PatRelInst", "ContactPerson", "Event", "Error"), Place.CONTENT),
    **dict.fromkeys(("RefDoc", "Base64Container"), Place.ATTACHMENTS),
}


def with_remarks(blocks: Sequence[Block], content: str, findings: Iterable[Finding]) -> tuple[Block, ...]:
    """Return the blocks with each finding first in the one it is about.

    :param content: the title of the block that holds what the message says.
    """
    shown = list(blocks)
    for finding in reversed(tuple(findings)):
        place = _place(finding.path)
        title = content if place is Place.CONTENT else place
        index = next(index for index, block in enumerate(shown) if block.title == title)
        shown[index] = replace(shown[index], items=(_remark(finding), *shown[index].items))
    return tuple(shown)


def _place(path: str | None) -> Place:
    """Return the part of the letter that a path means."""
    known = [_PLACES[name] for name in _NAME.findall(path or "") if name in _PLACES]
    return known[-1] if known else Place.MESSAGE


def _remark(finding: Finding) -> Remark:
    severity = str(finding.severity)
    return Remark(
        rule=plain(finding.rule),
        severity=SEVERITIES.get(severity, plain(severity)),
        text=plain(finding.partner_text or finding.text),
        level=LEVELS.get(severity, "info"),
        is_english=not finding.partner_text,
    )


def summary(findings: Sequence[Finding]) -> tuple[Notice, ...]:
    """Return in a sentence how much the checks found, or nothing where they found nothing."""
    if not findings:
        return ()
    kinds = {str(found.severity) for found in findings}
    heaviest = next((word for kind, word in SEVERITIES.items() if kind in kinds), "")
    if len(findings) == 1:
        told = "Kontrollen har én merknad. Den står ved det den gjelder."
    else:
        told = f"Kontrollen har {len(findings)} merknader. Alvorligst: {heaviest.lower()}. De står ved det de gjelder."
    return (Notice(text=told),)
