"""Whom a message is from and for, in terms of the register."""

from __future__ import annotations

from enum import Enum, auto

from adapter.check.base import is_emergency
from adapter.message.message import Message
from adapter.message.party import Party
from adapter.partner.register import Partner, Register
from adapter.values import value_class


class Standing(Enum):
    """What an address is to us."""

    #: A party of the register.
    KNOWN = auto()
    #: A party of the register, but the organisation above it is not named.
    INCOMPLETE = auto()
    #: Our organisation, but no service or person we know.
    UNKNOWN_SERVICE = auto()
    #: Another organisation.
    FOREIGN = auto()


@value_class(kw_only=False)
class Recipient:
    """One addressed party of a message."""

    party: Party
    standing: Standing
    partner: Partner | None
    is_copy: bool


def sender_of(message: Message, register: Register) -> Partner | None:
    """Return the party of the register that sent a message: by its deepest HER-id that is known."""
    return _partner(message.sender, register) if message.sender else None


def recipients_of(message: Message, register: Register) -> tuple[Recipient, ...]:
    """Return the receiver and all copy recipients, each address once, with its standing.

    Nobody asks more of the address of an emergency than who it is for (HIS 80415:2012 3.3.2).
    """
    found: dict[str | int, Recipient] = {}
    is_urgent = is_emergency(message)
    for place, party in enumerate(message.receivers):
        is_copy = party is not message.receiver and (party.role is None or party.role.value != "PRIM")
        partner = _addressed(party, register)
        if partner is not None:
            standing = Standing.KNOWN if _is_whole(party, partner) or is_urgent else Standing.INCOMPLETE
        elif register.is_our_organisation(party.her_ids()):
            standing = Standing.UNKNOWN_SERVICE
        else:
            standing = Standing.FOREIGN
        # one receipt for each address, for ever (HITS 1168 5.1), however often the message names it
        found.setdefault(party.her_id or place, Recipient(party, standing, partner, is_copy))
    return tuple(found.values())


def _addressed(party: Party, register: Register) -> Partner | None:
    """Return the partner of the communication party itself: the deepest HER-id, never a level above it.

    An organisation that is a party on its own is addressed where no deeper level has a HER-id.
    """
    her_id = party.her_id
    return register.by_her(her_id) if her_id else None


def _is_whole(party: Party, partner: Partner) -> bool:
    """Tell whether an address has both levels, where its party has an organisation above it (system test 17)."""
    return partner.parent_her_id is None or len(party.her_ids()) > 1


def _partner(party: Party, register: Register) -> Partner | None:
    """Return the partner of a sender: any known level will do, the deepest first."""
    for her_id in reversed(party.her_ids()):
        partner = register.by_her(her_id)
        if partner is not None:
            return partner
    return None
