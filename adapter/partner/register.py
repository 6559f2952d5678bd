"""The register of parties: everyone who can be addressed, and what each of them wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Literal

from adapter.message.code import OSLO
from adapter.message.party import HealthcareProfessional
from adapter.partner.snapshot import Snapshot
from adapter.values import value_class


@value_class
class Partner:
    """Someone who can be addressed, seen from here."""

    #: Short name used in the configuration, in tables and in logs.
    id: str
    #: "referrer", "clinic", "nav", "frisklivssentral" or "other".
    role: str
    #: What people call it.
    name: str
    #: Addresses of the communication party itself: services, units or persons (HIS 1153-3).
    her_ids: tuple[str, ...]
    #: The organisation above them; several parties may share it.
    parent_her_id: str | None = None
    organisation_number: str | None = None
    #: The channel its messages come and go by.
    channel: str
    #: Who answers what this party receives: the adapter at once, or the party's own system.
    receipts: Literal["adapter", "system"] = "adapter"
    #: Content profiles that its incoming messages are checked against.
    profiles: tuple[str, ...] = ()
    #: Kind of service in Adresseregisteret, such as "KX04" (lists 8655-8668); "" where none is known.
    service_type: str = ""
    #: The type of message agreed with it for referrals, list 8279; None: any.
    agreed_type: str | None = None
    #: Number of its municipality, list 3402.
    municipality: str | None = None
    #: Shapes of schema-invalid messages that are let through and flagged; "*" is every known one.
    tolerance: frozenset[str] = frozenset({"*"})
    #: Everything that arrives here is meant for the profile, marked or not.
    is_dedicated: bool = False
    #: Its own outgoing messages are stopped, not only flagged, when content is missing.
    strict_sender: bool = False
    #: Its own messages are judged as a sender should judge them, and held back where something stops them.
    outbound_checks: bool = False
    #: What it sends is held unless its signature was verified.
    signature_required: bool = False
    #: The last day on which its signatures may still be made with SHA-1; None: never.
    sha1_until: date | None = None
    #: The last day on which what it sends may still be encrypted with 3DES; None: never.
    triple_des_until: date | None = None
    #: Kinds of messages its system takes; others are refused with T10, or relayed unread.
    accepts: frozenset[str] = frozenset({"henvisning", "dialogmelding", "epikrise"})
    #: Messages of kinds it does not take, or that the adapter does not know, are carried on unread, not refused.
    relays_unsupported: bool = False
    #: Who answers for what it writes, where nobody else is named.
    contact: HealthcareProfessional | None = None
    #: Its EDI mail address; None: the one in its snapshot, if any.
    address: str | None = None
    #: What a message to it is packed in before it is encrypted, the outermost first; see `trust.payload`.
    packing: tuple[Literal["gzip", "mime"], ...] = ()
    #: What agreements, profiles and registers say of it, then of the organisation above it; the newest first.
    snapshots: tuple[Snapshot, ...] = ()

    def may_use_triple_des(self, at: datetime) -> bool:
        """Tell whether a dated exception lets it encrypt with 3DES at a moment."""
        return self.triple_des_until is not None and at.astimezone(OSLO).date() <= self.triple_des_until

    def snapshot(self, at: datetime, *, counterparts: Collection[str] = ()) -> Snapshot | None:
        """Return what holds for it at a moment: its agreement with one of the counterparts, else what is for all.

        A counterpart has HER-ids on two levels, and an agreement may name either.
        """
        valid = [snapshot for snapshot in self.snapshots if snapshot.is_valid_at(at)]
        for snapshot in valid:
            if not set(counterparts).isdisjoint(snapshot.counterparts):
                return snapshot
        return next((snapshot for snapshot in valid if not snapshot.counterparts), None)


class Register:
    """Answers who a HER-id, a name or a channel belongs to."""

    __slots__ = ("_by_channel", "_by_her", "_by_id", "_ours")

    def __init__(self, parties: Iterable[Partner]) -> None:
        """Take every partner; raise ValueError when two share an id or a HER-id."""
        self._by_id: dict[str, Partner] = {}
        self._by_her: dict[str, Partner] = {}
        self._by_channel: dict[str, tuple[Partner, ...]] = {}
        for party in parties:
            if party.id in self._by_id:
                raise ValueError(f'two parties have the id "{party.id}"')
            self._by_id[party.id] = party
            self._by_channel[party.channel] = (*self._by_channel.get(party.channel, ()), party)
            for her_id in party.her_ids:
                owner = self._by_her.setdefault(her_id, party)
                if owner is not party:
                    raise ValueError(f'HER-id {her_id} belongs to both "{owner.id}" and "{party.id}"')
        parents = {party.parent_her_id for party in self._by_id.values() if party.parent_her_id}
        self._ours = frozenset(self._by_her) | parents

    def __iter__(self) -> Iterator[Partner]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def by_id(self, party_id: str) -> Partner | None:
        """Return the party with this short name, or None."""
        return self._by_id.get(party_id)

    def by_her(self, her_id: str | None) -> Partner | None:
        """Return the party a message with this receiver is for, or None; a parent HER-id is nobody's address."""
        return self._by_her.get(her_id) if her_id else None

    def by_channel(self, channel_id: str) -> tuple[Partner, ...]:
        """Return the parties whose messages come by this channel, in the order of the configuration."""
        return self._by_channel.get(channel_id, ())

    def is_our_organisation(self, her_ids: Iterable[str]) -> bool:
        """Tell whether any level of an address is one of ours, so that a wrong service can be answered (MSG-07/08)."""
        return not self._ours.isdisjoint(her_ids)
