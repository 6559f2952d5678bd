"""Deliveries: stage the bytes, commit that they are staged, publish them, commit that they are sent.

Staging is durable and invisible, publishing is one rename. So after a crash there is no doubt: what is
still staged was not published, and what is not staged any more was. What `recover` finds, by the moment:

    stage, crash, commit      a hidden file that no delivery knows of: removed. The message, or the queued
                              delivery, is taken up again and stages the same name anew.
    commit, crash, publish    SENDING, and the hidden file is there: published now.
    publish, crash, commit    SENDING, and no hidden file: it was published, so only that is written down.
    receipts with a message   WAITING, staged with what they wait for: shown in the same way once that is known
                              to be out, and left as they are until then.
    an outbox out of reach    nobody can say: it stays SENDING until the outbox can be asked again. Sending
                              it once more could deliver it twice.

None of this holds while somebody else stages or publishes. So only workers do (what a person releases is queued
for them), and no task is handed out while one of them recovers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from adapter.channel.base import Channel
from adapter.check.finding import Direction
from adapter.errors import ChannelError
from adapter.flow import rules
from adapter.flow.decision import OPERATOR
from adapter.flow.follow import RECEIPT_TIMERS
from adapter.flow.retry import RetryPolicy
from adapter.message.state import DeliveryState, MessageState
from adapter.store.entries import DeliveryMove, MessageMove, NewAttempt, NewTask
from adapter.store.ledger import Ledger
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow
from adapter.store.store import Store
from adapter.values import value_class

log = structlog.get_logger(__name__)

_GIVEN_UP = {DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS}


@value_class(kw_only=False)
class Parcel:
    """A delivery as the post handles it."""

    id: int
    #: The message whose bytes it carries.
    message: int
    #: The message that came in and is relayed or answered by it.
    for_message: int
    channel: str
    name: str
    state: DeliveryState
    attempts: int = 0
    #: Another delivery that must be sent first, or None.
    after: int | None = None


class Post:
    """Brings parcels to channels."""

    def __init__(self, store: Store, channels: Mapping[str, Channel], retry: RetryPolicy) -> None:
        """Take the store, the channels by id, and how failures are tried again."""
        self._store = store
        self._channels = channels
        self._retry = retry

    def stage(self, channel: str, name: str, data: bytes) -> str | None:
        """Bring bytes to a channel without showing them; return why not, or None. `secure` makes them durable."""
        try:
            self._channels[channel].stage(name, data)
        except KeyError:
            return f"there is no channel {channel}"
        except ChannelError as error:
            return str(error)
        return None

    def secure(self, channels: Iterable[str]) -> dict[str, str]:
        """Make what was staged on channels durable; return why not, by channel."""
        failed: dict[str, str] = {}
        for channel in channels:
            try:
                self._channels[channel].secure()
            except ChannelError as error:
                failed[channel] = str(error)
        return failed

    def unstage(self, places: Iterable[tuple[str, str]]) -> None:
        """Remove what was staged for a decision that was not made after all."""
        for channel, name in places:
            try:
                self._channels[channel].unstage(name)
            except (KeyError, ChannelError) as error:  # the next recovery removes it
                log.warning("A staged file remains", action="unstage_failed", channel=channel, error=str(error))

    def publish(self, parcels: Sequence[Parcel], now: datetime) -> int:
        """Show staged parcels, those that wait for others last, and commit the outcome; return how many are sent."""
        sent: set[int] = set()
        failed: dict[int, str] = {}
        first = [parcel for parcel in parcels if parcel.after is None]
        self._show(first, sent, failed)
        self._show([parcel for parcel in parcels if parcel.after in sent], sent, failed)
        with self._store.writing() as ledger:
            self._settle(ledger, parcels, sent, failed, now)
        return len(sent)

    def deliver(self, rows: Sequence[DeliveryRow], now: datetime) -> int:
        """Stage, commit, publish, commit deliveries from the queue; return how many are sent."""
        with self._store.reading() as query:
            bodies = query.bodies({row.message_id for row in rows})
        staged: list[DeliveryRow] = []
        failed: list[tuple[DeliveryRow, str]] = []
        for row in rows:
            error = self.stage(row.channel, row.name, bodies[row.message_id])
            if error is None:
                staged.append(row)
            else:
                failed.append((row, error))
        insecure = self.secure({row.channel for row in staged})
        failed += [(row, insecure[row.channel]) for row in staged if row.channel in insecure]
        staged = [row for row in staged if row.channel not in insecure]
        with self._store.writing() as ledger:
            states = ledger.delivery_states([row.id for row in rows])
            # A person may have given one up since it was read.
            queued = {number for number, (state, _) in states.items() if state is DeliveryState.QUEUED}
            going = [row for row in staged if row.id in queued]
            ledger.move_deliveries(
                [DeliveryMove(id=row.id, to=DeliveryState.SENDING, staged=True) for row in going], at=now
            )
            for row, error in failed:
                if row.id in queued:
                    self._failure(ledger, _parcel(row), error, now)
            followers = _staged_followers(ledger, going)
        self.unstage((row.channel, row.name) for row in staged if row.id not in queued)
        return self.publish([*(_parcel(row, DeliveryState.SENDING) for row in going), *followers], now)

    def recover(self, now: datetime) -> int:
        """Find out what became of deliveries whose worker died, and finish them; return how many there were.

        Only to be called while no worker is at work.
        """
        with self._store.reading() as query:
            rows = query.staged_deliveries()
            states = query.delivery_states({row.after_delivery for row in rows if row.after_delivery is not None})
        sending = {row.id for row in rows if row.state is DeliveryState.SENDING}
        # Answered by its receiver before anybody had written down that it was sent.
        out = {number for number, (state, _) in states.items() if not state.is_under_way and state not in _GIVEN_UP}
        waiting = [row for row in rows if row.state is DeliveryState.WAITING]
        parcels = [_parcel(row) for row in rows if row.id in sending]
        parcels += [_parcel(row) for row in waiting if row.after_delivery in sending]
        parcels += [_parcel(row, is_free=True) for row in waiting if row.after_delivery in out]
        if parcels:
            self.publish(parcels, now)
        self._tidy()
        return len(parcels)

    def _tidy(self) -> None:
        """Remove what is staged for no delivery: its worker died, or gave up, before anything was decided."""
        with self._store.reading() as query:
            wanted = {(row.channel, row.name) for row in query.staged_deliveries()}
        for channel_id, channel in self._channels.items():
            try:
                names = channel.staged()
            except ChannelError:
                continue  # it is removed when the outbox can be read again
            self.unstage((channel_id, name) for name in names if (channel_id, name) not in wanted)

    def _show(self, parcels: Iterable[Parcel], sent: set[int], failed: dict[int, str]) -> None:
        """Publish, and note what is sent and what failed; what is in neither cannot be told yet."""
        by_channel: dict[str, list[Parcel]] = defaultdict(list)
        for parcel in parcels:
            by_channel[parcel.channel].append(parcel)
        for channel_id, group in by_channel.items():
            channel = self._channels.get(channel_id)
            if channel is None:
                failed.update((parcel.id, f"there is no channel {channel_id}") for parcel in group)
                continue
            try:
                channel.publish(parcel.name for parcel in group)
                sent.update(parcel.id for parcel in group)
            except ChannelError as error:
                _ask(channel, group, str(error), sent, failed)

    def _settle(
        self, ledger: Ledger, parcels: Sequence[Parcel], sent: set[int], failed: Mapping[int, str], now: datetime
    ) -> None:
        """Write down what was sent and what was not, and what follows for the messages."""
        states = ledger.delivery_states([parcel.id for parcel in parcels])
        done = [parcel for parcel in parcels if parcel.id in sent]
        ledger.move_deliveries(
            [
                DeliveryMove(id=parcel.id, to=DeliveryState.SENT, staged=False)
                for parcel in done
                # Some receivers answer sooner than we write, and a person may have given up what waited.
                if states[parcel.id][0].may_become(DeliveryState.SENT)
            ],
            at=now,
        )
        ledger.add_attempts([NewAttempt(delivery_id=parcel.id, at=now, outcome="sent") for parcel in done])
        for parcel in parcels:
            if parcel.id in failed and states[parcel.id][0] is parcel.state:
                self._failure(ledger, parcel, failed[parcel.id], now)
        release(ledger, [parcel.id for parcel in done], now)
        finish(ledger, {parcel.message for parcel in done}, now)

    def _failure(self, ledger: Ledger, parcel: Parcel, error: str, now: datetime) -> None:
        """Plan the next attempt, or give up: the payload stays, and a person is told."""
        attempts = parcel.attempts + 1
        again = self._retry.next_attempt(attempts, now)
        to = DeliveryState.ABANDONED if again is None else DeliveryState.QUEUED
        tried = [DeliveryMove(id=parcel.id, to=DeliveryState.SENDING)]
        ended = DeliveryMove(id=parcel.id, to=to, error=error, due_at=again, staged=False)
        ledger.move_deliveries([ended] if parcel.state is DeliveryState.SENDING else [*tried, ended], at=now)
        ledger.add_attempts([NewAttempt(delivery_id=parcel.id, at=now, outcome="failed", error=error)])
        log.warning("A delivery failed", action="delivery_failed", delivery=parcel.id, attempts=attempts, error=error)
        if again is None:
            said = rules.DLV_01.finding(Direction.INBOUND)
            ledger.add_tasks(
                [NewTask(party=OPERATOR, rule=said.rule, title=said.text, message_id=parcel.for_message)], at=now
            )
            ledger.stop_timers(delivery_ids=[parcel.id], rules=RECEIPT_TIMERS)
            finish(ledger, {parcel.message}, now)


def release(ledger: Ledger, sent: Collection[int], now: datetime) -> None:
    """Put receipts into the queue that waited, unstaged, for deliveries which are sent now."""
    rows = ledger.waiting_after(sent)
    ledger.move_deliveries(
        [DeliveryMove(id=row.id, to=DeliveryState.QUEUED, due_at=now) for row in rows if not row.staged], at=now
    )


def finish(ledger: Ledger, messages: Collection[int], now: datetime) -> None:
    """Move messages on whose bytes are with all their channels, or given up."""
    states = ledger.states_of(messages)
    by_message: dict[int, list[DeliveryRow]] = defaultdict(list)
    for row in ledger.deliveries_carrying(messages):
        by_message[row.message_id].append(row)
    moves = []
    for message, rows in by_message.items():
        failed = any(row.state in _GIVEN_UP for row in rows)
        to = MessageState.FAILED if failed else MessageState.DELIVERED
        if states[message].may_become(to) and not any(row.is_open for row in rows):
            moves.append(MessageMove(id=message, to=to))
    ledger.move_messages(moves, at=now)


def _staged_followers(query: Query, rows: Iterable[DeliveryRow]) -> list[Parcel]:
    """Return the receipts that were staged together with deliveries and wait for them.

    They are shown with what they wait for, never staged anew: after a crash they may have been shown already.
    """
    return [_parcel(row) for row in query.waiting_after([row.id for row in rows]) if row.staged]


def _parcel(row: DeliveryRow, state: DeliveryState | None = None, *, is_free: bool = False) -> Parcel:
    """Return a delivery for the post; `is_free` says that what it waited for is out."""
    return Parcel(
        id=row.id,
        message=row.message_id,
        for_message=row.for_message_id,
        channel=row.channel,
        name=row.name,
        state=state or row.state,
        attempts=row.attempts,
        after=row.after_delivery if row.state is DeliveryState.WAITING and not is_free else None,
    )


def _ask(channel: Channel, parcels: Iterable[Parcel], error: str, sent: set[int], failed: dict[int, str]) -> None:
    """Ask a channel that did not publish all which it did; what is in neither set afterwards, nobody can tell."""
    for parcel in parcels:
        try:
            if channel.is_staged(parcel.name):
                failed[parcel.id] = error
            else:
                sent.add(parcel.id)
        except ChannelError:
            log.warning("A delivery's outcome is not known", action="delivery_open", delivery=parcel.id, error=error)
