"""A worker dies before or after anything it does to the world, and the next one finishes exactly what is missing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adapter.channel import folder
from adapter.channel.folder import FolderChannel
from adapter.errors import StoreFull
from adapter.message.state import DeliveryState, MessageState
from adapter.service import acts
from adapter.service.parts import Parts
from adapter.service.worker import Deliver, Recover, Resume, Worker
from adapter.store.ledger import Ledger
from adapter.store.store import Store

REFERRAL = "henvisning-1.1-komplett.xml"
NAV_NOTE = "dialogmelding-1.0-nav-behov-for-tiltak.xml"
NAV_ANSWER = "apprec-1.0-nav-positiv.xml"
STATUS = "dialogmelding-1.1-status-1.xml"


def watch(monkeypatch: pytest.MonkeyPatch, current: Callable[[], Any]) -> None:
    """Make each thing done to the world a step of the bench at work, before and after; parties take at once."""

    def stepped(name: str, real: Callable[..., Any], *, is_seen: bool = False) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            current().steps.at(f"before {name}")
            result = real(*arguments)
            if is_seen:
                current().take()
            current().steps.at(f"after {name}")
            return result

        return step

    for name in ("stage", "unstage", "settle_many"):
        monkeypatch.setattr(FolderChannel, name, stepped(name, getattr(FolderChannel, name)))
    monkeypatch.setattr(folder, "_show", stepped("rename", folder._show, is_seen=True))

    real = Store.writing

    @contextmanager
    def writing(self: Store) -> Iterator[Ledger]:
        current().steps.at("before transaction")
        with real(self) as ledger:
            yield ledger
            current().steps.at("before commit")
        current().steps.at("after commit")

    monkeypatch.setattr(Store, "writing", writing)


def fill(bench: Any) -> Counter[tuple[str, bytes]]:
    """Put one of each kind, and return what the parties must get besides receipts."""
    wanted = Counter(
        [
            ("clinic", bench.put("referrer", REFERRAL, number=1)),
            ("clinic", bench.put("referrer", "henvisning-1.1-uten-sykmeldingsstatus.xml", number=2)),
            ("nav", bench.put("referrer", NAV_NOTE)),
        ]
    )
    bench.put("referrer", REFERRAL, name="9-again.xml", number=1)
    bench.put("referrer", "henvisning-1.1-ikke-velformet.xml", number=3)
    bench.put("referrer", "henvisning-1.1-ikke-velformet.xml", name="9-wreck.xml", number=3)
    bench.put("referrer", "henvisning-1.1-feil-dato.xml", number=4)
    return wanted


def judge(bench: Any, wanted: Counter[tuple[str, bytes]], receipts: int, where: str) -> None:
    got = Counter((name, data) for name, _, data in bench.taken)
    assert wanted - got == Counter(), f"lost: {where}"
    assert all(number == 1 for number in Counter(name for _, name, _ in bench.taken).values()), where
    assert len(bench.taken) == wanted.total() + receipts, where
    assert [row.state for row in bench.messages() if not row.state.is_final] == [], where
    assert not any(row.state.is_under_way for row in bench.deliveries()), where
    assert bench.home.hidden() == [], where
    with bench.parts.store.reading() as query:
        assert query.verify_chain().ok, where


def test_wherever_a_worker_dies_the_next_one_does_exactly_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, make_bench: Callable[[], Any]
) -> None:
    benches = [make_bench()]
    watch(monkeypatch, lambda: benches[-1])
    wanted = fill(benches[0])
    benches[0].run()
    judge(benches[0], wanted, 4, "nobody died")
    steps = benches[0].steps.done
    assert {"after rename", "before commit", "after stage", "before settle_many"} <= set(steps)

    for number, name in enumerate(steps, 1):
        bench = make_bench()
        benches.append(bench)
        fill(bench)
        bench.steps.deadly = number
        with pytest.raises(BaseException, match=f"^{name}$"):
            bench.run()
        bench.run()
        judge(bench, wanted, 4, f"died at step {number}, {name}")


def test_wherever_a_delivery_from_the_queue_dies_it_is_made_once(
    monkeypatch: pytest.MonkeyPatch, make_bench: Callable[[], Any]
) -> None:
    benches: list[Any] = []
    watch(monkeypatch, lambda: benches[-1])

    def prepared(deadly: int | None) -> tuple[Any, Counter[tuple[str, bytes]]]:
        """Return a bench whose clinic could not be reached when the referral came."""
        bench = make_bench()
        benches.append(bench)
        outbox = bench.home.outbox("clinic")
        outbox.rename(outbox.with_name("aside"))
        data = bench.put("referrer", REFERRAL, number=1)
        bench.run()
        outbox.with_name("aside").rename(outbox)
        assert [row.state for row in bench.deliveries()] == [DeliveryState.QUEUED, DeliveryState.WAITING]
        bench.now += bench.settings.retries.first_wait
        bench.steps = type(bench.steps)(deadly)
        return bench, Counter([("clinic", data)])

    bench, wanted = prepared(None)
    bench.run()
    judge(bench, wanted, 1, "nobody died")
    for number, name in enumerate(bench.steps.done, 1):
        bench, wanted = prepared(number)
        with pytest.raises(BaseException, match=f"^{name}$"):
            bench.run()
        bench.run()
        judge(bench, wanted, 1, f"died at step {number}, {name}")


def test_an_answer_that_overtakes_the_sender_finishes_the_message(monkeypatch: pytest.MonkeyPatch, bench: Any) -> None:
    """NAV takes the file and answers before its sender has written down that it was sent, and then dies."""
    bench.put("referrer", NAV_NOTE)
    real = folder._show

    def show(*arguments: Any) -> None:
        real(*arguments)
        monkeypatch.setattr(folder, "_show", real)
        bench.take()
        bench.put("nav", NAV_ANSWER)
        assert bench.fetch("nav") == {"accept": 1}
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "_show", show)
    with pytest.raises(KeyboardInterrupt):
        bench.fetch()
    bench.run()

    assert {row.state for row in bench.messages()} == {MessageState.DELIVERED}
    assert [row.state for row in bench.deliveries()] == [DeliveryState.COMPLETED, DeliveryState.SENT]
    bench.take()
    assert Counter(name for name, _, _ in bench.taken) == {"nav": 1, "referrer": 1}


def test_an_answer_that_overtakes_a_sender_who_lives_does_no_harm(monkeypatch: pytest.MonkeyPatch, bench: Any) -> None:
    bench.put("referrer", NAV_NOTE)
    real = folder._show

    def show(*arguments: Any) -> None:
        real(*arguments)
        monkeypatch.setattr(folder, "_show", real)
        bench.put("nav", NAV_ANSWER)
        bench.fetch("nav")

    monkeypatch.setattr(folder, "_show", show)
    bench.fetch()

    assert {row.state for row in bench.messages()} == {MessageState.DELIVERED}
    assert [row.state for row in bench.deliveries()] == [DeliveryState.COMPLETED, DeliveryState.SENT]


@pytest.mark.parametrize("line", ["commit", "rename"])
def test_a_process_that_ends_without_a_word_is_put_right(make_bench: Callable[[], Any], line: str) -> None:
    """The real thing: a child of ours ends by itself, and no `finally` runs."""
    bench = make_bench()
    data = bench.put("referrer", REFERRAL, number=1)
    child = os.fork()
    if child == 0:
        _die_at(line, bench)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9

    bench.run()
    bench.take()
    judge(bench, Counter([("clinic", data)]), 1, line)


def _die_at(line: str, bench: Any) -> None:
    """End this process before the decision is committed, or after the first rename."""
    real_show, real_flush, flushes = folder._show, Ledger.flush, []

    def show(*arguments: Any) -> None:
        real_show(*arguments)
        os._exit(9)

    def flush(self: Ledger) -> None:
        flushes.append(real_flush(self))
        if len(flushes) == 2:
            os._exit(9)

    try:
        if line == "rename":
            folder._show = show  # type: ignore[assignment]  # a process of its own, which does not come back
        else:
            Ledger.flush = flush  # type: ignore[method-assign]  # the same
        parts = Parts.build(bench.settings)
        Worker(parts, "worker-9", lambda: bench.now).do(bench.waiting("referrer"))
    finally:
        os._exit(1)


def test_an_outbox_out_of_reach_after_a_crash_is_asked_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, bench: Any
) -> None:
    """Nobody may take it for unsent: the clinic has the file already."""
    data = bench.put("referrer", REFERRAL, number=1)
    real = folder._show

    def show(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "_show", show)
    with pytest.raises(KeyboardInterrupt):
        bench.fetch()
    monkeypatch.setattr(folder, "_show", real)
    bench.take()
    outbox = bench.home.outbox("clinic")
    outbox.rename(outbox.with_name("aside"))
    bench.run()
    assert [row.state for row in bench.deliveries()] == [DeliveryState.SENDING, DeliveryState.WAITING]

    outbox.with_name("aside").rename(outbox)
    bench.worker.do(Recover())
    bench.take()
    judge(bench, Counter([("clinic", data)]), 1, "out of reach")


def test_what_a_dead_worker_staged_for_nothing_is_removed(bench: Any) -> None:
    bench.parts.post.stage("clinic", "NEVER_DECIDED.xml", b"<a/>")
    assert len(bench.home.hidden()) == 1

    bench.worker.do(Recover())

    assert bench.home.hidden() == []


def test_a_delivery_given_up_while_a_worker_has_it_in_hand_is_not_made(bench: Any) -> None:
    outbox = bench.home.outbox("clinic")
    outbox.rename(outbox.with_name("aside"))
    bench.put("referrer", REFERRAL, number=1)
    bench.run()
    outbox.with_name("aside").rename(outbox)
    (relay, _) = bench.deliveries()
    task = Deliver((relay,))
    acts.abandon_delivery(bench.parts.store, relay.id, "operator", bench.now)

    assert bench.worker.do(task).counts == {"sent": 0}
    assert bench.home.delivered("clinic") == []
    assert bench.home.hidden() == []


def test_a_message_that_keeps_killing_is_put_aside_and_its_companions_go_on(
    monkeypatch: pytest.MonkeyPatch, bench: Any
) -> None:
    for number in range(1, 6):
        bench.put("referrer", REFERRAL, number=number, name=f"{number}.xml")
    real = bench.parts.desk.process

    def deadly(arrivals: Any, now: Any) -> Any:
        if any(b"000000000002</MsgId>" in arrival.data for arrival in arrivals):
            raise KeyboardInterrupt
        return real(arrivals, now)

    monkeypatch.setattr(type(bench.parts.desk), "process", lambda _, arrivals, now: deadly(arrivals, now))
    deaths = 0
    while bench.messages(MessageState.RECEIVED) or not bench.messages():
        try:
            bench.run()
        except KeyboardInterrupt:
            deaths += 1

    assert deaths == 3
    states = Counter(row.state for row in bench.messages() if row.direction == "in")
    assert states == {MessageState.DELIVERED: 4, MessageState.QUARANTINED: 1}
    assert bench.tasks().count("INT-01") == 1


def test_a_failure_from_outside_is_held_against_no_message(monkeypatch: pytest.MonkeyPatch, bench: Any) -> None:
    bench.put("referrer", REFERRAL, number=1)
    real = bench.parts.desk.process

    def full(*_: Any) -> None:
        raise StoreFull

    monkeypatch.setattr(type(bench.parts.desk), "process", full)
    for number in range(8):
        worker = Worker(bench.parts, f"full-{number}", lambda: bench.now)
        with pytest.raises(StoreFull):
            worker.do(Resume((1,)) if number else bench.waiting("referrer"))
        bench.worker.do(Recover(spared=(f"full-{number}",)))
    assert [row.attempts for row in bench.messages()] == [0]

    monkeypatch.setattr(type(bench.parts.desk), "process", lambda _, arrivals, now: real(arrivals, now))
    bench.run()
    assert {row.state for row in bench.messages()} == {MessageState.DELIVERED}
