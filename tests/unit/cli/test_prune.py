from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter.message.state import MessageState
from adapter.store import MessageMove, NewBatch, NewItem, Store

Budstikke = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("store")


def _deliver(store: Path) -> None:
    """Let the referral and its receipt be delivered, and all that was to be done about them be done."""
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        moves = [MessageMove(id=number, to=MessageState.DELIVERED) for number in (1, 3)]
        ledger.move_messages(moves, at=ledger.events()[0].at)
        ledger.close_task(1, by="kari", at=ledger.events()[0].at)


def test_nothing_is_forgotten_unless_the_configuration_says_so(budstikke: Budstikke, store: Path) -> None:
    _deliver(store)

    assert budstikke("prune").out == "content: kept for ever.\ntrouble: kept for ever.\n"
    assert budstikke("messages", "show", 1, "--raw").out == "<one/>"


def test_what_settled_messages_said_is_forgotten_after_its_time(budstikke: Budstikke, store: Path) -> None:
    store.write_text(store.read_text("utf-8") + '[retention]\ncontent = "1d"\ntrouble = "2d"\n', "utf-8")
    _deliver(store)

    assert budstikke("prune").out == "content: 2 messages are forgotten.\ntrouble: 0 messages are forgotten.\n"
    assert budstikke("messages", "show", 1, "--raw").out == ""
    assert budstikke("messages", "show", 2, "--raw").out == "<two/>"


def test_replays_that_nobody_ended_are_given_up(budstikke: Budstikke, store: Path) -> None:
    store.write_text(store.read_text("utf-8") + '[retention]\ncontent = "1d"\n', "utf-8")
    _deliver(store)
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        items = [NewItem(message_id=1, data=b"<again/>")]
        ledger.add_batch(NewBatch(by="kari", ids="new", items=items), at=ledger.events()[0].at)

    told, *_ = budstikke("prune").out.splitlines()

    assert told == "content: 1 messages of replays that nobody ended are given up."
    assert "cancelled" in budstikke("replay", "batches").out
    assert "batch_pruned  by=prune" in budstikke("replay", "show", 1).out
