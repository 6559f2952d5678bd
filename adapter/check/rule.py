"""A rule: its code, how much it matters in each direction, and what it says to whom."""

from __future__ import annotations

from adapter.check.finding import Direction, Finding, Severity
from adapter.message import Code
from adapter.values import value_class


@value_class
class Rule:
    """One row of the rule table. Texts may hold {placeholders}; what fills them is never personal."""

    #: Stable code. Codes never change, texts may improve.
    id: str
    #: What the rule demands, for the code table.
    title: str
    #: None where the rule does not apply in that direction.
    inbound: Severity | None
    outbound: Severity | None
    #: What happened, for the operator.
    text: str
    #: The same in Norwegian, where it can leave the house.
    partner: str | None = None
    #: What to do next, for the operator.
    hint: str = ""
    #: The same for whoever is about to send the message, where that is something else.
    author: str = ""
    #: Error of the negative receipt, list 8221.
    apprec: Code | None = None
    #: What to ask the referrer for, in Norwegian.
    question: str | None = None
    #: A word by which to sort messages that the rule speaks of, such as "HIA".
    tag: str | None = None
    #: The message is put aside instead of being processed.
    quarantines: bool = False
    #: Where the rule comes from.
    source: str = ""

    def severity(self, direction: Direction) -> Severity | None:
        """Return how much a violation matters in a direction; None: not at all."""
        return self.inbound if direction is Direction.INBOUND else self.outbound

    def finding(
        self,
        direction: Direction,
        *,
        severity: Severity | None = None,
        path: str | None = None,
        line: int | None = None,
        tolerance: str | None = None,
        **details: str | int,
    ) -> Finding:
        """Return the finding of a violation; `severity` where the rule itself has an exception."""
        actual = severity or self.severity(direction) or Severity.INFO
        rejects = actual is Severity.REJECT
        return Finding(
            rule=self.id,
            severity=actual,
            text=self.text.format_map(details) if details else self.text,
            hint=(self.author if direction is Direction.OUTBOUND else "") or self.hint,
            path=path,
            line=line,
            partner_text=self.partner.format_map(details) if details and self.partner else self.partner,
            apprec=self.apprec if rejects else None,
            question=self.question if actual is Severity.WARN and direction is Direction.INBOUND else None,
            tolerance=tolerance,
            tag=self.tag,
            quarantines=self.quarantines,
        )
