"""The rules about drafts; the code table of the documentation is made from these too."""

from __future__ import annotations

from adapter.check.finding import Severity
from adapter.check.rule import Rule

DRF_02 = Rule(
    id="DRF-02",
    title="A draft is sent or discarded",
    inbound=Severity.WARN,
    outbound=None,
    text="A draft waits for somebody to send or to discard it.",
    hint="`budstikke drafts show ID`, then `drafts approve ID` or `drafts discard ID`.",
    source="domain rules C.1: what a health professional signs, a person sends",
)

ALL = (DRF_02,)
