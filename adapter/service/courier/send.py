"""Envelopes out: sealed once, kept, and handed over until they are acknowledged (HIS 1037, 5.2).

    seal, commit       the mails are in the store, SENDING with their deliveries
    hand over          by one connection
    commit             SENT, and due again after the retry interval; what failed is QUEUED again

A crash before the first commit has sent nothing. One between the two leaves SENDING, of which nobody knows whether it
was handed over: it goes once more, the identical bytes, and the receiver drops what it has by its MessageId. So does
what was handed over but seemed to fail, and what is sent again because no Acknowledgment came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from itertools import dropwhile
from typing import TypeVar

import structlog

from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.smtp import Failure, Outgoing
from adapter.errors import BudstikkeError, ChannelError
from adapter.flow.context import Context
from adapter.flow.decision import OPERATOR
from adapter.flow.retry import RetryPolicy
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.service.courier.giving_up import came_back, give_up, not_acknowledged, not_sent, tell_down, tell_up
from adapter.service.courier.keys import Keyring
from adapter.service.courier.sealer import Order, Sealer
from adapter.service.post import release
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewAttempt, NewEnvelope, NewTask
from adapter.store.ledger import Ledger
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, EnvelopeRow
from adapter.store.store import Store
from adapter.values import value_class

log = structlog.get_logger(__name__)

#: Envelopes taken up at once.
BATCH = 40
#: Octets of messages in memory at once, unless one alone has more.
_MOST_BYTES = 50_000_000
#: A delivery goes again with the bytes it had.
_REUSABLE = frozenset({EnvelopeState.QUEUED, EnvelopeState.SENT, EnvelopeState.ABANDONED})
#: Tries without a server before a person is told: one that is started anew needs fewer.
_TRIES_BEFORE_ALARM = 3
#: How tries are written down: it was handed over, it was not, there was nobody to hand it to.
_SENT, _FAILED, _NO_SERVER = "sent", "failed", "no server"
_NOT_ACKNOWLEDGED = "the receiver's message server did not acknowledge it"
_Row = TypeVar("_Row", DeliveryRow, EnvelopeRow)


@value_class
class _Mail:
    """An envelope in hand."""

    id: int
    delivery_id: int | None
    address: str
    data: bytes = field(repr=False)
    retries: int
    retry_interval: timedelta | None
    ends_at: datetime | None

    @classmethod
    def of(cls, number: int, envelope: EnvelopeRow | NewEnvelope, data: bytes) -> _Mail:
        """Return an envelope of the store as a mail."""
        return cls(
            id=number,
            delivery_id=envelope.delivery_id,
            address=envelope.address or "",
            data=data,
            retries=envelope.retries,
            retry_interval=envelope.retry_interval,
            ends_at=envelope.ends_at,
        )

    def due_after(self, now: datetime) -> datetime | None:
        """Return when it must go again, sent now, or be given up; None for a signal."""
        if self.retry_interval is None:
            return None
        again = now + self.retry_interval
        return again if self.ends_at is None else min(again, self.ends_at)

    def patience(self) -> timedelta:
        """Return how long it is tried, from the first time to when it is given up."""
        return _patience(self.retries, self.retry_interval or timedelta())


class Courier:
    """Brings messages to their receivers' message servers, and says so until these have answered."""

    def __init__(
        self, store: Store, channels: Mapping[str, MailChannel], context: Context, keys: Keyring, retry: RetryPolicy
    ) -> None:
        """Take the store, the mail channels by id, who is who, what to sign with, and how failures are tried again."""
        self._store = store
        self._channels = channels
        self._sealer = Sealer(channels, context.register, keys)
        self._retry = retry

    def ship(self, rows: Sequence[DeliveryRow], now: datetime) -> int:
        """Seal and send deliveries of one channel from the queue; return how many were handed over.

        What was sealed before goes as it is. What can never be sent is given up, with a task.
        """
        with self._store.reading() as query:
            sizes = {row.id: row.size for row in query.messages_of({row.message_id for row in rows})}
        return sum(self._ship(group, now) for group in _groups(rows, [sizes[row.message_id] for row in rows]))

    def send_due(self, channel: str, now: datetime) -> int:
        """Send what is due on a channel: signals, and what nobody acknowledged; return how many were taken up.

        What was sent often enough, or has lived long enough, is given up, with a task for its sender's people.
        """
        with self._store.reading() as query:
            rows = query.due_envelopes(channel, now, BATCH)
        if not rows:
            return 0
        with self._store.writing() as ledger:
            # Their answers may have come since.
            rows = ledger.due_envelopes(channel, now, BATCH)
            rows = next(iter(_groups(rows, [row.size for row in rows])), [])
            going = self._going(ledger, rows, now)
            bodies = ledger.envelope_bodies([row.id for row in going])
        self._hand_over(channel, [_Mail.of(row.id, row, bodies[row.id]) for row in going], now)
        return len(rows)

    def recover(self, now: datetime) -> int:
        """Queue what was in hand when its worker died, to go again as it is; return how many envelopes that were.

        Only to be called while no worker is at work.
        """
        with self._store.reading() as query:
            numbers = [row.id for row in query.sending_envelopes()]
        if numbers:
            with self._store.writing() as ledger:
                moves = [EnvelopeMove(id=number, to=EnvelopeState.QUEUED, due_at=now) for number in numbers]
                ledger.move_envelopes(moves, at=now)
        return len(numbers)

    # --- Deliveries ---------------------------------------------------------------------------------------------------

    def _ship(self, rows: Sequence[DeliveryRow], now: datetime) -> int:
        with self._store.reading() as query:
            found = query.envelopes_of_deliveries([row.id for row in rows])
            bodies = query.envelope_bodies([row.id for row in found.values()])
            orders = self._sealer.orders(query, rows, now)
        before = {
            number: row
            for number, row in found.items()
            if bodies[row.id] and _is_reusable(row, now) and not _is_elsewhere(row, orders[number])
        }
        sealed, failed = self._sealed({number: order for number, order in orders.items() if number not in before})
        with self._store.writing() as ledger:
            # A person may have given one up since it was read.
            states = ledger.delivery_states([row.id for row in rows])
            queued = {number for number, (state, _) in states.items() if state is DeliveryState.QUEUED}
            for row in rows:
                if row.id in failed and row.id in queued:
                    _cannot_be_sent(ledger, row, failed[row.id], now)
            again = [row for number, row in before.items() if number in queued]
            ended = [
                row.id for number, row in found.items() if number in queued - before.keys() and not row.state.is_final
            ]
            ledger.move_envelopes([EnvelopeMove(id=number, to=EnvelopeState.ABANDONED) for number in ended], at=now)
            fresh = [envelope for envelope in sealed if envelope.delivery_id in queued]
            numbers = ledger.add_envelopes(fresh, at=now)
            ledger.move_envelopes([move for row in again for move in _to_sending(row)], at=now)
            mails = [_Mail.of(row.id, row, bodies[row.id]) for row in again]
            mails += [
                _Mail.of(number, envelope, envelope.data) for number, envelope in zip(numbers, fresh, strict=True)
            ]
            going = [mail.delivery_id for mail in mails if mail.delivery_id is not None]
            ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.SENDING) for number in going], at=now)
        return self._hand_over(rows[0].channel, mails, now)

    def _sealed(
        self, orders: Mapping[int, Order | BudstikkeError]
    ) -> tuple[list[NewEnvelope], dict[int, BudstikkeError]]:
        sealed: list[NewEnvelope] = []
        failed: dict[int, BudstikkeError] = {}
        for number, order in orders.items():
            if isinstance(order, BudstikkeError):
                failed[number] = order
                continue
            try:
                sealed.append(self._sealer.seal(order))
            except BudstikkeError as error:
                failed[number] = error
        return sealed, failed

    # --- Resends and signals ------------------------------------------------------------------------------------------

    def _going(self, ledger: Ledger, rows: Sequence[EnvelopeRow], now: datetime) -> list[EnvelopeRow]:
        """Take up what is due; end what has become pointless, and what was sent often enough."""
        going = []
        for row in rows:
            delivery = None if row.delivery_id is None else ledger.delivery(row.delivery_id)
            end = _end(ledger, row, delivery, now)
            if end is None:
                going.append(row)
                continue
            ledger.move_envelopes([EnvelopeMove(id=row.id, to=end)], at=now)
            if (
                end is EnvelopeState.ABANDONED
                and delivery is not None
                and delivery.state is not DeliveryState.ABANDONED
            ):
                give_up(ledger, delivery, not_acknowledged(), _NOT_ACKNOWLEDGED, now, envelope=row.id)
        ledger.move_envelopes([EnvelopeMove(id=row.id, to=EnvelopeState.SENDING) for row in going], at=now)
        return going

    # --- Both ---------------------------------------------------------------------------------------------------------

    def _hand_over(self, channel: str, mails: Sequence[_Mail], now: datetime) -> int:
        """Send mails, and write down what became of each; return how many were handed over."""
        if not mails:
            return 0
        failed = self._send(channel, [Outgoing(key=str(one.id), address=one.address, data=one.data) for one in mails])
        with self._store.writing() as ledger:
            # Some servers answer sooner than we write, and an answer proves more than a failure does.
            sending = {row.id: row for row in ledger.sending_envelopes()}
            sent = [mail for mail in mails if str(mail.id) not in failed or mail.id not in sending]
            self._sent(ledger, sent, sending, now)
            lost = [(mail, failed[str(mail.id)]) for mail in mails if str(mail.id) in failed and mail.id in sending]
            for mail, failure in lost:
                self._failed(ledger, mail, failure, now)
            down = [(sending[mail.id].attempts, failure.reason) for mail, failure in lost if failure.is_servers]
            tries, reason = max(down, default=(0, ""))
            if tries >= _TRIES_BEFORE_ALARM:
                tell_down(ledger, channel, reason, now)
            elif not down and len(failed) < len(mails):
                tell_up(ledger, channel, now)
        return len(sent)

    def _send(self, channel_id: str, mails: Sequence[Outgoing]) -> dict[str, Failure]:
        """Hand mails to the server; return what failed and why, by key."""
        channel = self._channels.get(channel_id)
        if channel is None:
            return dict.fromkeys((mail.key for mail in mails), Failure(reason=f"there is no mail channel {channel_id}"))
        try:
            return channel.send(mails)
        except ChannelError as error:
            return dict.fromkeys((mail.key for mail in mails), Failure(reason=str(error), is_servers=True))

    def _sent(self, ledger: Ledger, mails: Sequence[_Mail], sending: Collection[int], now: datetime) -> None:
        ledger.move_envelopes(
            [
                EnvelopeMove(id=mail.id, to=EnvelopeState.SENT, due_at=mail.due_after(now))
                for mail in mails
                if mail.id in sending
            ],
            at=now,
        )
        numbers = [mail.delivery_id for mail in mails if mail.delivery_id is not None]
        states = ledger.delivery_states(numbers)
        ledger.move_deliveries(
            [
                DeliveryMove(id=number, to=DeliveryState.SENT)
                for number in numbers
                if states[number][0] is DeliveryState.SENDING
            ],
            at=now,
        )
        ledger.add_attempts([NewAttempt(delivery_id=number, at=now, outcome=_SENT) for number in numbers])
        release(ledger, [number for number in numbers if states[number][0] is not DeliveryState.ABANDONED], now)

    def _failed(self, ledger: Ledger, mail: _Mail, failure: Failure, now: datetime) -> None:
        """Plan the next try of a mail, or give it up: the mail stays, and a person is told.

        What the server never takes is given up at once: to try again would change nothing (RFC 5321, 4.2.1), and who
        can mend it need not wait until all resends of HIS 1037 5.2 are spent. Where there is no server to hand it to,
        it is tried for as long as it would be sent again: that says nothing of the mail, nor of its receiver.
        """
        error = failure.reason
        log.warning("A mail was not sent", action="mail_failed", envelope=mail.id, error=error)
        if mail.delivery_id is not None:
            outcome = _NO_SERVER if failure.is_servers else _FAILED
            ledger.add_attempts([NewAttempt(delivery_id=mail.delivery_id, at=now, outcome=outcome, error=error)])
        delivery = None if mail.delivery_id is None else ledger.delivery(mail.delivery_id)
        if failure.refusal is not None and (delivery is None or not delivery.state.has_arrived):
            came_back(ledger, mail.id, delivery, failure.refusal, now, error=error)
            return
        if delivery is None:
            self._signal_failed(ledger, mail, failure, now)
            return
        if delivery.state is not DeliveryState.SENDING:
            # It was sent before. It is due again as if it had been sent now: it may have been.
            due_at = mail.due_after(now)
            if failure.is_servers and due_at is not None:
                due_at = min(due_at, now + self._retry.longest_wait)
            move = EnvelopeMove(id=mail.id, to=EnvelopeState.SENT, due_at=due_at, error=error)
            ledger.move_envelopes([move], at=now)
            return
        again = self._again(ledger, delivery, mail, failure, now)
        if again is None:
            ledger.move_envelopes([EnvelopeMove(id=mail.id, to=EnvelopeState.ABANDONED, error=error)], at=now)
            give_up(ledger, delivery, not_sent(error), error, now, envelope=mail.id)
            return
        ledger.move_envelopes([EnvelopeMove(id=mail.id, to=EnvelopeState.QUEUED, error=error)], at=now)
        move_back = DeliveryMove(id=delivery.id, to=DeliveryState.QUEUED, error=error, due_at=again)
        ledger.move_deliveries([move_back], at=now)

    def _again(
        self, ledger: Ledger, delivery: DeliveryRow, mail: _Mail, failure: Failure, now: datetime
    ) -> datetime | None:
        """Return when a delivery goes again that was never handed over; None to give it up."""
        # A person who had it tried anew began the count anew.
        tries = ledger.attempts_of(delivery.id)[-delivery.attempts :]
        if failure.is_servers:
            return self._retry.next_attempt(delivery.attempts, now, until=tries[0].at + mail.patience())
        return self._retry.next_attempt(sum(one.outcome == _FAILED for one in tries), now)

    def _signal_failed(self, ledger: Ledger, mail: _Mail, failure: Failure, now: datetime) -> None:
        row, error = ledger.envelope(mail.id), failure.reason
        again = None
        if row is not None:
            terms = self._channels[row.channel].terms if failure.is_servers else None
            until = row.at + _patience(terms.retries, terms.retry_interval) if terms else None
            again = self._retry.next_attempt(row.attempts, now, until=until)
        if again is not None:
            ledger.move_envelopes(
                [EnvelopeMove(id=mail.id, to=EnvelopeState.QUEUED, error=error, due_at=again)], at=now
            )
            return
        ledger.move_envelopes([EnvelopeMove(id=mail.id, to=EnvelopeState.ABANDONED, error=error)], at=now)
        said = not_sent(error)
        ledger.add_tasks([NewTask(party=OPERATOR, rule=said.rule, title=said.text, envelope_id=mail.id)], at=now)


def _cannot_be_sent(ledger: Ledger, row: DeliveryRow, error: BudstikkeError, now: datetime) -> None:
    ledger.add_attempts([NewAttempt(delivery_id=row.id, at=now, outcome=_FAILED, error=str(error))])
    give_up(ledger, row, not_sent(error), str(error), now)


def _is_reusable(row: EnvelopeRow, now: datetime) -> bool:
    """Tell whether an envelope goes once more as it is, when its delivery does.

    One that was refused never does, as its MessageId is used up; nor one that has lived long enough.
    """
    return row.state in _REUSABLE and (row.ends_at is None or row.ends_at > now)


def _is_elsewhere(row: EnvelopeRow, order: Order | BudstikkeError) -> bool:
    """Tell whether the receiver has another address now than the one that an envelope was for."""
    return isinstance(order, Order) and order.reach.address != row.address


def _to_sending(row: EnvelopeRow) -> Iterator[EnvelopeMove]:
    if row.state is EnvelopeState.ABANDONED:
        yield EnvelopeMove(id=row.id, to=EnvelopeState.QUEUED)
    yield EnvelopeMove(id=row.id, to=EnvelopeState.SENDING)


def _end(query: Query, row: EnvelopeRow, delivery: DeliveryRow | None, now: datetime) -> EnvelopeState | None:
    """Return how an envelope ends that is due; None where it goes."""
    if delivery is None:
        return None
    if delivery.state.has_arrived:
        return EnvelopeState.ACKNOWLEDGED
    is_over = row.ends_at is not None and row.ends_at <= now
    is_sent_enough = row.state is EnvelopeState.SENT and _is_sent_enough(query, row, delivery, now)
    if delivery.state is DeliveryState.ABANDONED or is_over or is_sent_enough:
        return EnvelopeState.ABANDONED
    return None


def _is_sent_enough(query: Query, row: EnvelopeRow, delivery: DeliveryRow, now: datetime) -> bool:
    """Tell whether an envelope was sent as often as it may be, or for as long where there is no server to take it.

    Tries without a server do not count, nor does any before the first that succeeded.
    """
    if row.attempts <= row.retries:
        return False
    made = (one for one in query.attempts_of(delivery.id) if one.at >= row.at)
    tries = list(dropwhile(lambda one: one.outcome != _SENT, made))
    if not tries:
        return True
    ends = tries[0].at + _patience(row.retries, row.retry_interval or timedelta())
    is_over = tries[-1].outcome == _NO_SERVER and now >= ends
    return is_over or sum(one.outcome != _NO_SERVER for one in tries) > row.retries


def _patience(retries: int, interval: timedelta) -> timedelta:
    return (1 + retries) * interval


def _groups(rows: Sequence[_Row], sizes: Iterable[int]) -> Iterator[list[_Row]]:
    """Yield rows in groups of so many octets as may be in memory at once."""
    group: list[_Row] = []
    room = _MOST_BYTES
    for row, size in zip(rows, sizes, strict=True):
        if group and size > room:
            yield group
            group, room = [], _MOST_BYTES
        group.append(row)
        room -= size
    if group:
        yield group
