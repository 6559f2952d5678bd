"""From a channel into the store."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.channel.folder import FolderChannel
from adapter.errors import ChannelUnavailable
from adapter.service import intake

REFERRAL = "henvisning-1.1-komplett.xml"


def fetched(bench: Any) -> intake.Fetched:
    task = bench.waiting("referrer")
    return intake.fetch(
        bench.parts.store, bench.parts.channels["referrer"], task.items, worker="worker-1", now=bench.now
    )


@pytest.fixture
def small(make_bench: Any) -> Any:
    """Return a bench that takes files of no more than 20 000 bytes."""
    return make_bench("\n[limits]\nmax_bytes = 20000\n")


def test_a_file_that_is_too_large_is_set_aside_and_the_operator_told(small: Any) -> None:
    small.put("referrer", REFERRAL, number=1)
    small.home.put("referrer", "0.xml", b"x" * 20_001)

    done = fetched(small)

    assert len(done.arrivals) == 1
    assert done.left == ()
    assert (small.home.inbox("referrer") / "refused" / "0.xml").exists()
    assert small.tasks() == ["FORM-03"]


def test_one_that_cannot_even_be_set_aside_is_left_and_holds_nobody_up(
    small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_aside(_self: FolderChannel, _item: object) -> None:
        raise ChannelUnavailable

    monkeypatch.setattr(FolderChannel, "set_aside", set_aside)
    small.put("referrer", REFERRAL, number=1)
    small.home.put("referrer", "0.xml", b"x" * 20_001)

    done = fetched(small)

    assert len(done.arrivals) == 1
    assert [item.source for item in done.left] == ["0.xml"]
    assert small.tasks() == []


def test_a_file_that_is_gone_or_cannot_be_read_is_left(bench: Any) -> None:
    bench.put("referrer", REFERRAL, number=1)
    task = bench.waiting("referrer")
    (bench.home.inbox("referrer") / f"1-{REFERRAL}").unlink()
    channel = bench.parts.channels["referrer"]

    done = intake.fetch(bench.parts.store, channel, task.items, worker="worker-1", now=bench.now)

    assert done == intake.Fetched(left=task.items)
    assert bench.messages() == []


def test_a_file_that_cannot_be_taken_away_is_received_all_the_same(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def settle(_self: FolderChannel, _items: object) -> None:
        raise ChannelUnavailable

    monkeypatch.setattr(FolderChannel, "settle_many", settle)
    bench.put("referrer", REFERRAL, number=1)

    assert bench.fetch() == {"accept": 1}
    assert bench.fetch() == {"ignore": 1}
    assert len(bench.home.delivered("clinic")) == 1
