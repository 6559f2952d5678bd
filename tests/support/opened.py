"""What a mail says once it is opened, and by which rule it is not."""

from __future__ import annotations

from mails import standards
from pki import NOW

from adapter.envelope.signal import ErrorCode
from adapter.partner.register import Partner
from adapter.service.courier.opening import Said, open_mail


def said_of(data: bytes, *parties: Partner, is_released: bool = False, **changes: object) -> Said:
    """Open a mail at the clinic, by what `mails.standards` makes of the rest."""
    return open_mail(data, standards(*parties, **changes), at=NOW, is_released=is_released)


def code_of(said: Said) -> ErrorCode:
    """Return the code of the one thing the sender is told."""
    (refusal,) = said.refusals
    return refusal.code


def rule_of(said: Said) -> str:
    """Return the id of the rule that a mail broke."""
    assert said.rule is not None
    return said.rule.id
