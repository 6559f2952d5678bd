"""The mails that messages come and go in, written: what came, what goes, and every step of theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select

from adapter.message.state import EnvelopeState
from adapter.store import statements
from adapter.store.entries import EnvelopeMove, NewEnvelope
from adapter.store.facts import EnvelopeFacts, EventData
from adapter.store.journal import Journal, check_known, check_step
from adapter.store.moment import to_text, to_text_or_none
from adapter.store.reader import chunks
from adapter.store.tables import envelope


class Enveloping(Journal):
    """Keeps envelopes and takes them further. Each step leaves an event `envelope_STATE`, with the envelope's id."""

    def receive_envelopes(self, items: Sequence[NewEnvelope], *, at: datetime, worker: str | None = None) -> list[int]:
        """Keep mails that came in, taken up by `worker` at once if one is named. Return their ids."""
        return self._insert_envelopes(items, at=at, worker=worker)

    def add_envelopes(self, items: Sequence[NewEnvelope], *, at: datetime) -> list[int]:
        """Keep mails that go out; one that is SENDING already counts as an attempt. Return their ids."""
        return self._insert_envelopes(items, at=at, worker=None)

    def take_envelopes(self, ids: Collection[int], worker: str) -> list[int]:
        """Let a worker take up envelopes. Return the ids of those that were free."""
        free = [
            id_
            for chunk in chunks(ids)
            for id_ in self._connection.scalars(
                select(envelope.c.id)
                .where(envelope.c.id.in_(chunk), envelope.c.state == EnvelopeState.RECEIVED)
                .where(envelope.c.worker.is_(None))
                .order_by(envelope.c.id)
            )
        ]
        self._driver.run(statements.TAKE_ENVELOPE, [(worker, id_) for id_ in free])
        return free

    def describe_envelope(  # noqa: PLR0913 - what is known and what comes of it, in one step
        self,
        id: int,  # noqa: A002 - the column's own name
        facts: EnvelopeFacts,
        *,
        to: EnvelopeState,
        carries: int | None = None,
        error: str | None = None,
        due_at: datetime | None = None,
        at: datetime,
        data: EventData | None = None,
    ) -> None:
        """Write what an envelope says and what comes of it; `due_at` is when a held one is judged anew.

        Raises:
            StoreError: It is unknown, or its state does not allow the step, or its MessageId belongs to another one.
        """
        before, carried, delivery = self._envelope_states([id])[id]
        check_step("envelope", id, before, to)
        carried = carried if carries is None else carries
        said = (*_facts(facts), _key(facts), carries)
        self._driver.run(statements.DESCRIBE_ENVELOPE, [(str(to), error, *said, to_text_or_none(due_at), id)])
        self._log(to_text(at), carried, delivery, f"envelope_{to}", {"envelope": id, **(data or {})})

    def move_envelopes(self, moves: Sequence[EnvelopeMove], *, at: datetime) -> None:
        """Take envelopes a step further.

        SENDING counts as an attempt. SENT without an error sets `sent_at` and clears the last error; with one it goes
        back to where it was before a try that failed. ACKNOWLEDGED sets `acknowledged_at`. From HELD to RECEIVED it
        is released by a person: its attempts start anew.

        Raises:
            StoreError: An envelope is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._envelope_states([move.id for move in moves])
        updates = []
        for move in moves:
            before, carried, delivery = current[move.id]
            check_step("envelope", move.id, before, move.to)
            current[move.id] = move.to, carried, delivery
            is_sent = move.to is EnvelopeState.SENT and move.error is None
            is_acknowledged = move.to is EnvelopeState.ACKNOWLEDGED
            is_released = move.to is EnvelopeState.RECEIVED
            updates.append(
                (
                    str(move.to),
                    not is_released,
                    move.to is EnvelopeState.SENDING,
                    is_sent or is_acknowledged,
                    move.error,
                    moment if is_sent else None,
                    moment if is_acknowledged else None,
                    to_text_or_none(move.due_at),
                    move.is_paused,
                    is_released,
                    move.id,
                )
            )
            name = "envelope_released" if is_released else f"envelope_{move.to}"
            self._log(moment, carried, delivery, name, {"envelope": move.id, **move.data})
        self._driver.run(statements.MOVE_ENVELOPE, updates)

    def judge_envelopes_again(self, ids: Collection[int], *, at: datetime) -> None:
        """Let envelopes that are held be opened anew, as if they had just come: nobody has released them.

        Raises:
            StoreError: An envelope is unknown, or not held.
        """
        moment = to_text(at)
        for id_, (before, carried, delivery) in self._envelope_states(list(ids)).items():
            check_step("envelope", id_, before, EnvelopeState.RECEIVED)
            self._log(moment, carried, delivery, "envelope_judged_again", {"envelope": id_})
        self._driver.run(statements.JUDGE_ENVELOPE_AGAIN, [(id_,) for id_ in ids])

    def steer_envelope(  # noqa: PLR0913 - what a person can say of it
        self,
        id: int,  # noqa: A002 - the column's own name
        name: str,
        *,
        at: datetime,
        due_at: datetime | None = None,
        is_paused: bool | None = None,
        data: EventData | None = None,
    ) -> None:
        """Say when an envelope goes, or that it waits; what is None stays. The event is `envelope_NAME`.

        Raises:
            StoreError: It is unknown.
        """
        _, carried, delivery = self._envelope_states([id])[id]
        self._driver.run(statements.STEER_ENVELOPE, [(to_text_or_none(due_at), is_paused, id)])
        self._log(to_text(at), carried, delivery, f"envelope_{name}", {"envelope": id, **(data or {})})

    def abandon_envelopes(self, delivery_ids: Collection[int], *, at: datetime, data: EventData | None = None) -> None:
        """Send nothing more for deliveries that were given up."""
        waiting = self._driver.among(statements.ENVELOPES_WAITING, delivery_ids)
        self.move_envelopes(
            [EnvelopeMove(id=id_, to=EnvelopeState.ABANDONED, is_paused=False, data=data or {}) for (id_,) in waiting],
            at=at,
        )

    def drop_envelope_bodies(self, ids: Collection[int]) -> None:
        """Forget mails; what is known of them stays."""
        self._driver.run(statements.DROP_ENVELOPE, [(b"", id_) for id_ in ids])

    def _release_envelopes(self, worker: str, *, counts: bool) -> int:
        held = self._connection.scalar(
            select(func.count()).where(envelope.c.state == EnvelopeState.RECEIVED, envelope.c.worker == worker)
        )
        if held:
            self._driver.run(statements.RELEASE_ENVELOPES, [(not counts, worker)])
        return held or 0

    def _insert_envelopes(self, items: Sequence[NewEnvelope], *, at: datetime, worker: str | None) -> list[int]:
        moment = to_text(at)
        ids = self._new_ids(envelope, len(items))
        bodies = []
        values = []
        for id_, item in zip(ids, items, strict=True):
            digest, size = sha256(item.data).hexdigest(), len(item.data)
            bodies.append((digest, size, item.data))
            is_taken = worker is not None or item.state is EnvelopeState.SENDING
            due_at = moment if item.due_at is None and item.direction == "out" else to_text_or_none(item.due_at)
            interval = None if item.retry_interval is None else item.retry_interval.total_seconds()
            values.append(
                (
                    *(id_, item.direction, item.channel, item.source, digest, size, moment, str(item.state)),
                    *(is_taken, worker, *_facts(item), _key(item)),
                    *(item.carries, item.delivery_id, item.answers, item.address),
                    *(due_at, to_text_or_none(item.ends_at), item.retries, interval),
                    *(False, False, None, None, None),
                )
            )
            told = {"envelope": id_, "channel": item.channel, "sha256": digest}
            self._log(moment, item.carries, item.delivery_id, f"envelope_{item.state}", told)
        self._driver.run(statements.INSERT_BODY, bodies)
        self._driver.run(statements.INSERT_ENVELOPE, values)
        return ids

    def _envelope_states(self, ids: Sequence[int]) -> dict[int, tuple[EnvelopeState, int | None, int | None]]:
        rows = self._driver.among(statements.ENVELOPE_STATES, ids)
        current = {id_: (EnvelopeState(state), carries, delivery) for id_, state, carries, delivery in rows}
        check_known("envelope", ids, current.keys())
        return current


def _facts(facts: EnvelopeFacts) -> tuple[object, ...]:
    return (
        facts.message_id,
        facts.conversation_id,
        facts.cpa_id,
        facts.service,
        facts.service_type,
        facts.action,
        facts.sender_her,
        facts.receiver_her,
        facts.sender_role,
        facts.receiver_role,
        facts.refers_to,
        facts.digest,
    )


def _key(facts: EnvelopeFacts) -> str | None:
    return None if facts.message_id is None else facts.message_id.lower()
