"""What an installation knows, for the rules on ebXML that need more than the message: parties, agreements, own keys.

Nobody is asked: what Adresseregisteret says is what is kept of its answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from adapter.cli.exits import say
from adapter.config import build
from adapter.envelope.rules.knowledge import Knowledge, KnownAgreement, KnownParty
from adapter.errors import ConfigError
from adapter.partner.address import Entry, Presence
from adapter.partner.snapshot import Snapshot, Use, about

if TYPE_CHECKING:
    from adapter.config import Settings
    from adapter.partner.address_register import AddressRegister
    from adapter.partner.register import Partner, Register
    from adapter.trust.pki import Pair

#: What stands in an envelope: the types of Adresseregisteret on level 2 (HIS 1153-2, AD2.1).
_LEVEL_TWO = frozenset({"Service", "OrganizationPerson"})
_SMTP = "SMTP"


def knowledge(settings: Settings, now: datetime) -> Knowledge:
    """Return all that a configuration gives; keys that cannot be read are told of and left out."""
    ours = {channel.id: channel.address for channel in settings.mailboxes()}
    register = KnownRegister(
        build.register(settings), build.snapshots(settings), build.address_register(settings), ours, now
    )
    return Knowledge(register=register, pairs=_pairs(settings))


def _pairs(settings: Settings) -> tuple[Pair, ...]:
    if settings.trust.own is None:
        return ()
    try:
        return build.certificates(settings).opening()
    except ConfigError as error:
        # whoever may not read the keys may still check messages
        say(error)
        return ()


class KnownRegister:
    """Tells who is who by the configuration, by what is kept of agreements, and by Adresseregisteret's last answers."""

    __slots__ = ("_addresses", "_mailboxes", "_now", "_parties", "_snapshots")

    def __init__(
        self,
        parties: Register,
        snapshots: tuple[Snapshot, ...],
        addresses: AddressRegister,
        mailboxes: Mapping[str, str],
        now: datetime,
    ) -> None:
        """Take what is known, one's own mail addresses by their channels, and the moment of messages without any."""
        self._parties = parties
        self._snapshots = snapshots
        self._addresses = addresses
        self._mailboxes = mailboxes
        self._now = now

    def party(self, her_id: str, *, cpa_id: str, at: datetime | None) -> KnownParty:
        """Return what is known of a party; what its agreement says of certificates wins, and else all of it holds."""
        moment = at or self._now
        answer = self._addresses.known(her_id, moment)
        said = tuple(one for one in about((her_id,), self._snapshots) if one.is_valid_at(moment))
        agreed = tuple(one for one in said if one.credentials and one.agreement and one.agreement == cpa_id)
        credentials = tuple(one for snapshot in agreed or said for one in snapshot.credentials)
        entry = answer.entry if answer.presence is Presence.LISTED and not agreed else None
        return KnownParty(
            is_listed=self._is_listed(her_id, answer.presence, said),
            is_level_two=self._is_level_two(her_id, answer.entry, said),
            addresses=frozenset(address.lower() for address in self._mail(her_id, answer.entry, said)),
            certificates=frozenset(one.der for one in credentials if one.use is Use.SIGNING),
            thumbprint=entry.signing_thumbprint if entry else None,
            has_known_certificates=bool(credentials or entry),
        )

    def agreement(self, cpa_id: str) -> KnownAgreement | None:
        """Return the agreement of a CPAId, by the first of what is kept of it."""
        kept = [one for one in self._snapshots if one.agreement == cpa_id]
        if not kept:
            return None
        return KnownAgreement(
            her_ids=frozenset(her_id for one in kept for her_id in (*one.her_ids, *one.counterparts)),
            valid_from=kept[0].valid_from,
            valid_until=kept[0].valid_until,
        )

    def has_agreement(self, one: str, other: str) -> bool:
        """Tell whether any agreement between two parties is kept."""
        pairs = ((one, other), (other, one))
        return any(
            kept.agreement and this in kept.her_ids and that in kept.counterparts
            for kept in self._snapshots
            for this, that in pairs
        )

    def _is_listed(self, her_id: str, presence: Presence, said: Sequence[Snapshot]) -> bool | None:
        if presence is not Presence.UNASKED:
            return presence is Presence.LISTED
        return True if said or self._parties.is_our_organisation([her_id]) else None

    def _is_level_two(self, her_id: str, entry: Entry | None, said: Sequence[Snapshot]) -> bool | None:
        if entry and entry.type:
            return entry.type in _LEVEL_TWO
        party = self._parties.by_her(her_id)
        above = (entry, party, *said)
        if any(one.parent_her_id not in {None, her_id} for one in above if one):
            return True
        return False if party is None and self._parties.is_our_organisation([her_id]) else None

    def _mail(self, her_id: str, entry: Entry | None, said: Sequence[Snapshot]) -> Iterator[str]:
        """Yield the addresses of a party's message server; one's own parties have those of one's own mailboxes."""
        if entry and entry.edi_address:
            yield entry.edi_address
            return
        for party in self._named(her_id):
            if party.address:
                yield party.address
            elif party.channel not in self._mailboxes:
                yield from self._mailboxes.values()
        links = (link for snapshot in said for link in snapshot.links if link.protocol == _SMTP)
        yield from (endpoint.address for link in links for endpoint in link.endpoints)

    def _named(self, her_id: str) -> Iterator[Partner]:
        """Yield the parties that a HER-id of either level names."""
        return (party for party in self._parties if her_id in {*party.her_ids, party.parent_her_id})
