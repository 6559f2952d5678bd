"""Deliveries that fail, and what waits for them."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.channel.folder import FolderChannel
from adapter.errors import ChannelUnavailable
from adapter.message.state import DeliveryState, MessageState
from adapter.service import acts
from adapter.service.parts import Parts
from adapter.service.post import Post
from adapter.service.worker import Deliver, Recover

REFERRAL = "henvisning-1.1-komplett.xml"
FEW = '\n[[route]]\nname = "night"\nwhen = { to = "clinic" }\ndeliver = ["clinic"]\nschedule = "cron 0 3 * * *"\n'


def states(bench: Any) -> list[DeliveryState]:
    return [row.state for row in bench.deliveries()]


def test_a_name_that_another_wrote_is_never_replaced_and_the_receipt_waits(bench: Any) -> None:
    data = bench.put("referrer", REFERRAL, number=1)
    name = "HENVISNING_00000000-0000-4000-8000-000000000001_1.xml"
    (bench.home.outbox("clinic") / name).write_bytes(b"another's")
    bench.fetch()

    assert states(bench) == [DeliveryState.QUEUED, DeliveryState.WAITING]
    assert "File exists" in bench.deliveries()[0].last_error
    assert bench.home.delivered("referrer") == []

    (bench.home.outbox("clinic") / name).unlink()
    bench.now += bench.settings.retries.first_wait
    bench.run()
    assert [path.read_bytes() for path in bench.home.delivered("clinic")] == [data]
    assert len(bench.home.delivered("referrer")) == 1
    assert bench.home.hidden() == []


def test_what_goes_later_is_staged_later_and_so_is_its_receipt(make_bench: Any) -> None:
    bench = make_bench(FEW)
    bench.put("referrer", REFERRAL, number=1)
    bench.run()
    assert states(bench) == [DeliveryState.QUEUED, DeliveryState.WAITING]
    assert bench.home.hidden() == []

    bench.now = bench.deliveries()[0].due_at
    bench.run()

    assert states(bench) == [DeliveryState.SENT, DeliveryState.SENT]
    assert {row.state for row in bench.messages()} == {MessageState.DELIVERED}


def test_a_channel_that_is_gone_from_the_configuration_fails_its_deliveries(bench: Any) -> None:
    bench.put("referrer", REFERRAL, number=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FolderChannel, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bench.fetch()
    parts: Parts = bench.parts
    others = {name: channel for name, channel in parts.channels.items() if name != "clinic"}
    post = Post(parts.store, others, parts.post._retry)

    post.recover(bench.now)
    assert bench.deliveries()[0].last_error == "there is no channel clinic"
    assert states(bench) == [DeliveryState.QUEUED, DeliveryState.WAITING]
    post.deliver(bench.deliveries()[:1], bench.now)
    assert bench.deliveries()[0].attempts == 2


def test_what_cannot_be_made_durable_counts_as_not_staged(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def secure(self: FolderChannel) -> None:
        if self.id == "clinic":
            raise ChannelUnavailable("the disk does not answer")
        real(self)

    real = FolderChannel.secure
    monkeypatch.setattr(FolderChannel, "secure", secure)
    bench.put("referrer", REFERRAL, number=1)
    bench.fetch()
    assert states(bench) == [DeliveryState.QUEUED, DeliveryState.WAITING]
    assert not any(bench.home.outbox("clinic").glob("*.xml"))

    bench.parts.post.deliver(bench.deliveries()[:1], bench.now)
    assert bench.deliveries()[0].last_error == "the disk does not answer"
    assert states(bench) == [DeliveryState.QUEUED, DeliveryState.WAITING]

    monkeypatch.undo()
    bench.parts.post.deliver(bench.deliveries()[:1], bench.now)
    assert states(bench) == [DeliveryState.SENT, DeliveryState.SENT]


def test_an_outbox_that_cannot_be_tidied_is_left_alone(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.parts.post.stage("clinic", "NEVER_DECIDED.xml", b"<a/>")
    bench.parts.post.stage("nav", "NEVER_DECIDED.xml", b"<a/>")
    (bench.home.outbox("referrer")).rmdir()

    def unstage(self: FolderChannel, name: str) -> None:
        if self.id == "clinic":
            raise ChannelUnavailable(name)
        real(self, name)

    real = FolderChannel.unstage
    monkeypatch.setattr(FolderChannel, "unstage", unstage)
    bench.worker.do(Recover())

    assert list(bench.home.outbox("nav").iterdir()) == []
    assert len(list(bench.home.outbox("clinic").iterdir())) == 1


def test_a_waiting_receipt_given_up_by_a_person_while_it_goes_out_does_no_harm(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:

    bench.put("referrer", REFERRAL, number=1)
    real = FolderChannel.publish

    def publish(self: FolderChannel, names: Any) -> None:
        monkeypatch.setattr(FolderChannel, "publish", real)
        acts.abandon_delivery(bench.parts.store, 2, "operator", bench.now)
        real(self, names)

    monkeypatch.setattr(FolderChannel, "publish", publish)
    bench.fetch()

    assert states(bench) == [DeliveryState.SENT, DeliveryState.ABANDONED]


def test_an_empty_task_is_no_error(bench: Any) -> None:
    assert bench.worker.do(Deliver(())).counts == {"sent": 0}
