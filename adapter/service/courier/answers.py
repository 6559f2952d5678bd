"""What an envelope is answered with, signed and addressed: a receipt, the reasons why there is none, or a Pong.

An answer goes to the address that is known of the party, never to the one that a mail says it came from, and it comes
from a HER-id that is ours, even where the mail was for none of ours (HITS 1172, 5.9.1). It is made once; whoever sends
the same again gets the same bytes again (HIS 1037, 5.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adapter.channel.mail.channel import MailChannel
from adapter.envelope import answer, package
from adapter.envelope.header import HER, MessageHeader, Side, Stamp
from adapter.envelope.signal import EbxmlMessage, Sort, StatusResponse
from adapter.message.state import EnvelopeState
from adapter.partner.register import Partner
from adapter.service.courier.facts import facts_of
from adapter.service.courier.keys import Keyring
from adapter.service.courier.opening import Said
from adapter.service.courier.reach import address_of
from adapter.service.courier.seal import Unsendable, mail
from adapter.store.entries import NewEnvelope
from adapter.store.facts import by_name
from adapter.store.rows import EnvelopeRow


class Answers:
    """Writes the answers of an installation."""

    def __init__(self, channels: Mapping[str, MailChannel], keys: Keyring, ours: Sequence[Partner]) -> None:
        """Take the mail channels by id, what to sign with, and the parties that are answered for."""
        self._channels = channels
        self._keys = keys
        self._ours = ours
        self._own = her_ids_of(ours)

    def to(
        self, came: EnvelopeRow, said: Said, now: datetime, status: StatusResponse | None = None
    ) -> NewEnvelope | None:
        """Return what an envelope is answered with, ready to go; None where there is nothing to say, or nobody.

        `status` answers the question what became of a message.

        Raises:
            BudstikkeError: an answer is due and cannot be made: there is no key, no address, or none of ours to say it.
        """
        if not said.senders:
            return None
        message = _answer(said, came, self._keys.stamp(now), status)
        if message is None:
            return None
        message = replace(message, header=self._spoken(message.header))
        party = said.senders[0]
        address = address_of(party, party.snapshot(now, counterparts=self._own))
        above = mail(message.header, self._channels[came.channel].terms.address, address, now)
        written = package.written(message, seal=self._keys.seal(now), mail=above)
        facts = facts_of(message, written.references)
        return NewEnvelope(
            **by_name(facts),
            direction="out",
            channel=came.channel,
            data=written.data,
            state=EnvelopeState.QUEUED,
            answers=came.id,
            address=address,
            due_at=now,
        )

    def _spoken(self, header: MessageHeader) -> MessageHeader:
        """Return the header of an answer as one of ours says it; Unsendable where nobody can tell which of them."""
        if header.sender.her_id in self._own:
            return header
        named = {one.value.strip() for one in header.sender.party_ids if one.kind == HER} & self._own
        # Only where we are one party it is certain whose mail it was meant to be.
        speakers = named or {party.her_ids[0] for party in self._ours if party.her_ids}
        if len(speakers) != 1:
            raise Unsendable(
                "The envelope was for a HER-id that is not ours, and nobody can tell which of ours should say so.",
                hint="Tell its sender by other means that it uses a wrong HER-id or a wrong address.",
            )
        return replace(header, sender=Side.of(speakers.pop()))


def her_ids_of(parties: Iterable[Partner]) -> frozenset[str]:
    """Return the HER-ids of parties, of both levels."""
    return frozenset(her_id for party in parties for her_id in (*party.her_ids, party.parent_her_id) if her_id)


def _answer(said: Said, came: EnvelopeRow, stamp: Stamp, status: StatusResponse | None) -> EbxmlMessage | None:
    message = said.message
    if message is None or not message.header.message_id:
        return None
    match said.state:
        case EnvelopeState.OPENED if message.ack_requested is not None:
            return answer.acknowledgment(message, said.references, stamp, received=came.at)
        case EnvelopeState.REFUSED if said.may_be_told:
            return answer.message_error(message, said.refusals, stamp)
        case EnvelopeState.SIGNAL if message.sort is Sort.PING:
            return answer.pong(message, stamp)
        case EnvelopeState.SIGNAL if status is not None:
            return answer.status_response(message, status, stamp)
        case _:
            return None
