"""Envelopes in: from the mailbox into the store, and from there to messages that the desk decides about.

    read, commit       the mails are in the store, RECEIVED
    settle             they are gone from the mailbox
    open, commit       one after the other: each with its message, its answer and its tasks

Who dies before the first commit has done nothing. Who dies before the settling gets the same mails again, as
duplicates. What is still RECEIVED after a death is taken up again, one mail at a time, and put aside when it has
brought several workers down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Literal

import structlog

from adapter.channel.base import Incoming
from adapter.channel.mail.channel import MailChannel
from adapter.envelope.header import utc
from adapter.envelope.signal import StatusResponse
from adapter.errors import BudstikkeError, StoreError
from adapter.flow.context import Arrival, Context
from adapter.message.state import EnvelopeState
from adapter.service import intake
from adapter.service.courier import outcome
from adapter.service.courier.answers import Answers, her_ids_of
from adapter.service.courier.giving_up import not_sent
from adapter.service.courier.keys import Keyring
from adapter.service.courier.opening import Said, Standards, open_mail
from adapter.service.courier.outcome import OpenedMail, Outcome
from adapter.service.desk import MOST_ATTEMPTS
from adapter.store.entries import NewEnvelope
from adapter.store.query import Query
from adapter.store.rows import EnvelopeRow
from adapter.store.store import Store
from adapter.trust.verifier import Verifier
from adapter.values import value_class
from adapter.wire.parse import DEFAULT_LIMITS, Limits

log = structlog.get_logger(__name__)

#: Mails taken up at once.
BATCH = 40
#: Octets of mails in memory at once, unless one alone has more.
_MOST_BYTES = 50_000_000
#: Mails that cannot be fetched, each after a server's whole patience, before the mailbox counts as out of reach.
_MOST_FAILURES = 3


@value_class(kw_only=False)
class Collected:
    """What came of a look into a mailbox."""

    #: The messages that were inside, to be decided about.
    arrivals: tuple[Arrival, ...] = ()
    #: How many mails went each way, by state.
    counts: Mapping[str, int] = field(default_factory=dict)
    #: There is more in the mailbox, and it is worth while to look at once.
    has_more: bool = False


class Receiver:
    """Takes mails in, and says what is in them."""

    def __init__(  # noqa: PLR0913 - what mails are opened with and judged by
        self,
        store: Store,
        channels: Mapping[str, MailChannel],
        context: Context,
        keys: Keyring,
        verifier: Verifier,
        *,
        unverifiable: Literal["hold", "continue"] = "continue",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Take the store, the mail channels by id, who is who, and what envelopes are opened with and judged by.

        Mail is received for the parties that are not behind mail themselves.

        `unverifiable` says what becomes of those whose signer cannot be checked; `limits` are those of documents.
        """
        self._store = store
        self._channels = channels
        ours = [party for party in context.register if party.channel not in channels]
        own = her_ids_of(ours)
        self._answers = Answers(channels, keys, ours)
        self._standards = {
            channel.id: Standards(
                parties=context.register.by_channel(channel.id),
                own=own,
                verifier=verifier,
                pairs=keys.opening(),
                unverifiable=unverifiable,
                largest_mail=channel.terms.largest_mail,
                largest_payload=channel.terms.largest_payload,
                limits=limits,
            )
            for channel in channels.values()
        }

    def collect(self, channel_id: str, now: datetime, worker: str) -> Collected:
        """Bring what lies in a mailbox into the store, at most a batch, and open it; ChannelError."""
        channel = self._channels[channel_id]
        with channel.session():
            listed = channel.listing(BATCH + 1, now)
            batch = _batch(listed)
            read, _ = intake.read(self._store, channel, batch, now, most_failures=_MOST_FAILURES)
            if not read:
                return Collected()
            mails = [
                NewEnvelope(
                    direction="in", channel=channel_id, source=item.label, data=data, state=EnvelopeState.RECEIVED
                )
                for item, data in read
            ]
            with self._store.writing() as ledger:
                numbers = ledger.receive_envelopes(mails, at=now, worker=worker)
                rows = [row for number in numbers if (row := ledger.envelope(number)) is not None]
            is_settled = intake.settle(channel, [item for item, _ in read])
        outcomes = [self._opened(row, mail.data, now, worker) for row, mail in zip(rows, mails, strict=True)]
        counts = Counter(one.state.value for one in outcomes)
        arrivals = tuple(one.arrival for one in outcomes if one.arrival is not None)
        return Collected(arrivals, dict(counts), has_more=is_settled and len(listed) > len(batch))

    def resume(self, ids: Iterable[int], now: datetime, worker: str) -> list[Arrival]:
        """Open mails that are in the store since before a crash, or that a person released; return their messages.

        They are taken up one at a time: if one of them brings the worker down, it is held against no other.
        """
        outcomes = [self._resumed(number, now, worker) for number in ids]
        return [one.arrival for one in outcomes if one is not None and one.arrival is not None]

    def judge_again(self, now: datetime) -> int:
        """Have mails opened anew that are held because no issuer could be asked; return how many, at most a batch.

        They count as received, and are resumed like any other.
        """
        with self._store.reading() as query:
            if not query.held_envelopes(now, 1):
                return 0
        with self._store.writing() as ledger:
            numbers = ledger.held_envelopes(now, BATCH)
            ledger.judge_envelopes_again(numbers, at=now)
        return len(numbers)

    def _resumed(self, number: int, now: datetime, worker: str) -> Outcome | None:
        with self._store.writing() as ledger:
            row = ledger.envelope(number) if ledger.take_envelopes([number], worker) else None
            if row is None:
                return None
            if row.attempts > MOST_ATTEMPTS:
                return outcome.put_aside(ledger, row, now)
            data = ledger.envelope_bodies([number])[number]
        return self._opened(row, data, now, worker)

    def _opened(self, row: EnvelopeRow, data: bytes, now: datetime, worker: str) -> Outcome:
        """Open a mail, judged as of its receipt, and write down what becomes of it."""
        try:
            said = open_mail(data, self._standards[row.channel], at=row.at, is_released=row.is_released)
            mail = self._answered(row, said, now)
        except StoreError:
            raise
        except Exception:  # the one boundary: a defect of ours must not stop the mails behind it
            log.exception("A mail could not be opened", action="open_failed", envelope=row.id)
            with self._store.writing() as ledger:
                return outcome.put_aside(ledger, row, now)
        with self._store.writing() as ledger:
            return outcome.write(ledger, mail, worker)

    def _answered(self, row: EnvelopeRow, said: Said, now: datetime) -> OpenedMail:
        status = self._status(said)
        try:
            answer = self._answers.to(row, said, now, status)
        except BudstikkeError as error:
            return OpenedMail(came=row, said=said, at=now, trouble=not_sent(error))
        return OpenedMail(came=row, said=said, at=now, answer=answer)

    def _status(self, said: Said) -> StatusResponse | None:
        """Return what became of the message that is asked about, where that is asked."""
        asked = said.message.status_request if said.message else None
        if asked is None:
            return None
        with self._store.reading() as query:
            return _status(query, asked.ref_to_message_id, said)


def _status(query: Query, message_id: str, said: Said) -> StatusResponse:
    """Return what became of a message, for who sent it (ebMS 2.0, 7.1.2)."""
    first = query.first_envelope(message_id)
    if first is None:
        return StatusResponse(ref_to_message_id=message_id, status="NotRecognized")
    if not any(first.sender_her in {*party.her_ids, party.parent_her_id} for party in said.senders):
        return StatusResponse(ref_to_message_id=message_id, status="UnAuthorized")
    status = "Received" if first.state is EnvelopeState.HELD else "Processed"
    return StatusResponse(ref_to_message_id=message_id, status=status, timestamp=utc(first.at))


def _batch(items: Sequence[Incoming]) -> list[Incoming]:
    """Return as many mails as one batch may have, by number and by size; the first one always."""
    batch: list[Incoming] = []
    size = 0
    for item in items[:BATCH]:
        size += item.size
        if batch and size > _MOST_BYTES:
            break
        batch.append(item)
    return batch
