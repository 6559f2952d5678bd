"""What is demanded of a message: the settings of partner and installation that decide how strict the checks are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from adapter.check.finding import Direction
from adapter.message.code import OSLO
from adapter.values import value_class

#: In `Policy.tolerance`: every known shape.
EVERY_SHAPE = "*"
#: Every kind that is read here, beside receipts.
READ_KINDS = frozenset({"henvisning", "dialogmelding", "epikrise", "sykmelding", "legeerklaering"})


@value_class
class Policy:
    """The context of one check, beside the bytes and the time."""

    direction: Direction = Direction.INBOUND
    environment: Literal["test", "prod"] = "test"
    #: Content profiles of the receiving party, such as "amo".
    profiles: tuple[str, ...] = ()
    #: The receiving inbox takes nothing but referrals of its profile, so they need no marking.
    is_dedicated: bool = False
    #: The receiver's kind of service in Adresseregisteret, such as "KX04"; "" where the register has none, None where
    #: the receiver is not known.
    service_type: str | None = None
    #: The type of message the receiver has agreed to, of list 8279; None: any that can be.
    agreed_type: str | None = None
    #: Number of the receiver's municipality, list 3402.
    municipality: str | None = None
    #: Names of schema-invalid shapes (`check.tolerance`) that are let through; "*" lets all known ones through.
    tolerance: frozenset[str] = frozenset({EVERY_SHAPE})
    #: The sender stops a referral that says nothing about sick leave.
    strict_sender: bool = False
    #: Hold what no verified signature comes with.
    signature_required: bool = False
    #: What becomes of a message whose signature cannot be checked.
    unverifiable: Literal["hold", "continue"] = "continue"
    #: The last day on which the sender's signatures may be made with SHA-1; None: never.
    sha1_until: date | None = None
    #: Kinds of messages that the receiver takes.
    accepts: frozenset[str] = READ_KINDS
    #: Pass messages of other kinds on, unread.
    relays_unsupported: bool = False
    #: The receiving party's own addresses, where the configuration names it.
    receiver_her_ids: frozenset[str] = frozenset()
    #: Real-range identity numbers of agreed test persons, for test environments.
    allowed_numbers: frozenset[str] = frozenset()

    def lets_sha1_through(self, now: datetime) -> bool:
        """Tell whether a signature made with SHA-1 is relied on at a moment, by an exception for its sender."""
        return self.sha1_until is not None and now.astimezone(OSLO).date() <= self.sha1_until

    def tolerates(self, shape: str) -> bool:
        """Tell whether a schema-invalid shape is let through."""
        return EVERY_SHAPE in self.tolerance or shape in self.tolerance
