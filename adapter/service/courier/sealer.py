"""From deliveries to envelopes: what is known of a message, its receiver and its channel, put together and sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.terms import Terms
from adapter.envelope.header import Stamp, utc
from adapter.errors import BudstikkeError
from adapter.message.state import EnvelopeState
from adapter.partner.register import Register
from adapter.service.courier.heading import Headings
from adapter.service.courier.keys import Keyring
from adapter.service.courier.reach import Reach, reach
from adapter.service.courier.seal import Letter, Unsendable, seal
from adapter.store.entries import NewEnvelope
from adapter.store.facts import by_name
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, MessageRow
from adapter.values import value_class


@value_class(kw_only=False)
class Order:
    """A delivery for which all is known that its envelope needs."""

    delivery: DeliveryRow
    letter: Letter
    reach: Reach
    at: datetime
    #: When its TimeToLive is over.
    ends_at: datetime | None


class Sealer:
    """Makes the envelopes of an installation."""

    def __init__(self, channels: Mapping[str, MailChannel], register: Register, keys: Keyring) -> None:
        """Take the mail channels by id, who is who, and what to sign with."""
        self._channels = channels
        self._register = register
        self._keys = keys

    def orders(
        self, query: Query, deliveries: Sequence[DeliveryRow], now: datetime
    ) -> dict[int, Order | BudstikkeError]:
        """Return what to seal, or why it cannot be, by delivery."""
        headings = Headings(query, self._register)
        wanted = {delivery.message_id for delivery in deliveries}
        bodies = query.bodies(wanted)
        rows = {row.id: row for row in query.messages_of(wanted)}
        found: dict[int, Order | BudstikkeError] = {}
        for delivery in deliveries:
            number = delivery.message_id
            try:
                order = self._order(headings, delivery, rows[number], bodies[number], self._keys.stamp(now))
            except BudstikkeError as error:
                found[delivery.id] = error
            else:
                found[delivery.id] = order
        return found

    def seal(self, order: Order) -> NewEnvelope:
        """Return the envelope of an order, about to be sent; raises BudstikkeError like `seal.seal`."""
        sealed = seal(order.letter, self._keys.seal(order.at), order.at)
        return NewEnvelope(
            **by_name(sealed.facts),
            direction="out",
            channel=order.delivery.channel,
            data=sealed.data,
            state=EnvelopeState.SENDING,
            carries=order.delivery.message_id,
            delivery_id=order.delivery.id,
            address=order.reach.address,
            due_at=order.at,
            ends_at=order.ends_at,
            retries=order.reach.retries,
            retry_interval=order.reach.retry_interval,
        )

    def _order(self, headings: Headings, delivery: DeliveryRow, row: MessageRow, data: bytes, stamp: Stamp) -> Order:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            raise Unsendable(
                f"There is no mail channel {delivery.channel}.", hint="Bring it back, or change the route."
            )
        terms: Terms = channel.terms
        heading = headings.of(delivery, row, data, stamp)
        way = reach(heading, terms)
        ends_at = stamp.at + terms.time_to_live if terms.time_to_live else None
        letter = Letter(
            data=data,
            message=heading.message,
            header=replace(heading.header, time_to_live=utc(ends_at) if ends_at else None),
            sender=terms.address,
            receiver=way.address,
            certificate=self._keys.encryption(heading.party, stamp.at, counterparts=heading.counterparts),
            packing=heading.party.packing,
            signs_message=terms.signs_messages,
            largest_payload=terms.largest_payload,
            largest_mail=terms.largest_mail,
        )
        return Order(delivery, letter, way, stamp.at, ends_at)
