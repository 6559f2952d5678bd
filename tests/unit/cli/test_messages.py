from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter.message.state import MessageState
from adapter.store import DecidedMessage, NewMessage, Store

Budstikke = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("store")


def test_messages_are_listed_newest_first_with_what_identifies_them(budstikke: Budstikke) -> None:
    ran = budstikke("messages")

    assert ran.exit_code == 0
    header, *lines = ran.out.splitlines()
    assert header.split() == ["id", "received", "way", "state", "kind", "type", "from", "to", "thread", "msg_id"]
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert "2026-03-09 13:00:00" in ran.out
    assert "11111111-1111-4111-8111-111111111111" in lines[2]


def test_a_table_of_messages_names_no_file_and_no_finding(budstikke: Budstikke) -> None:
    out = budstikke("messages").out

    assert "a1b2" not in out
    assert "Sick leave" not in out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--state", "held"], [2]),
        (["--kind", "apprec"], [3]),
        (["--type", "HENVISNING", "--party", "clinic"], [1]),
        (["--thread", "1"], [3, 1]),
        (["--since", "2026-03-09T13:00"], [3, 2, 1]),
        (["--since", "2026-03-10"], []),
        (["--until", "2026-03-09T12:00:00Z"], []),
        (["--limit", "1"], [3]),
        (["--msg-id", "nothing"], []),
    ],
)
def test_messages_are_found_by(budstikke: Budstikke, options: list[str], expected: list[int]) -> None:
    ran = budstikke("messages", "--json", *options)

    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == expected


def test_no_message_is_said_in_words(budstikke: Budstikke) -> None:
    assert budstikke("messages", "--state", "quarantined").out == "No messages match.\n"
    assert budstikke("messages", "--msg-id", "nothing").out == "No messages match.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--type", "henvisning"], 'Invalid value for --type: list 8279 has no type "henvisning"; did you mean "HENV'),
        (["--party", "clinc"], 'Invalid value for --party: there is no party "clinc"; did you mean "clinic"?'),
        (["--party", "8990101"], 'there is no party "8990101". There are clinic, gp; `budstikke config show` tells'),
        (["--kind", "HENVISING"], "Invalid value for '--kind': 'HENVISING' is not one of 'henvisning', 'dialogm"),
    ],
)
def test_what_no_message_can_be_is_refused_by_name(budstikke: Budstikke, options: list[str], said: str) -> None:
    ran = budstikke("messages", *options)

    assert (ran.exit_code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_a_thread_that_there_is_not_is_told(budstikke: Budstikke) -> None:
    ran = budstikke("messages", "--thread", 99)

    assert (ran.exit_code, ran.out) == (3, "")
    assert "There is no thread 99 in the store." in ran.err


def test_a_party_that_only_the_store_knows_is_found(budstikke: Budstikke, store: Path) -> None:
    noon = datetime(2026, 3, 9, 12, tzinfo=UTC)
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        (number,) = ledger.receive([NewMessage(channel="gp-epj", source="old", data=b"<old/>")], at=noon)
        ledger.decide([DecidedMessage(id=number, state=MessageState.ACCEPTED, sender_party="moved")], at=noon)

    ran = budstikke("messages", "--json", "--party", "moved")

    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [number]


def test_a_time_that_is_none_is_refused_with_examples(budstikke: Budstikke) -> None:
    ran = budstikke("messages", "--since", "yesterday")

    assert ran.exit_code == 2
    assert "7d" in ran.err


def test_one_message_is_shown_with_all_that_is_tied_to_it(budstikke: Budstikke) -> None:
    ran = budstikke("messages", "show", 1)

    assert ran.exit_code == 0
    assert "AMO-04 warn  line 31  Sick leave is not described." in ran.out
    assert "clinic-epj" in ran.out
    assert "8990101" in ran.out
    for part in ("findings", "receipts", "deliveries", "events", "content"):
        assert part in ran.out.splitlines()


def test_a_shown_message_in_json_is_one_line(budstikke: Budstikke) -> None:
    (line,) = budstikke("messages", "show", 1, "--json").out.splitlines()
    shown = json.loads(line)

    assert shown["state"] == "accepted"
    assert [delivery["id"] for delivery in shown["deliveries"]] == [1, 2]
    assert shown["receipts"][0]["status"] == "1"
    assert shown["events"]


def test_the_bytes_of_a_message_come_out_as_they_came_in(budstikke: Budstikke) -> None:
    assert budstikke("messages", "show", 1, "--raw").out == "<one/>"


def test_a_message_that_is_not_there_cannot_be_shown(budstikke: Budstikke) -> None:
    ran = budstikke("messages", "show", 99)

    assert ran.exit_code == 3
    assert "no message 99" in ran.err


def test_options_before_the_verb_below_are_not_silently_lost(budstikke: Budstikke) -> None:
    ran = budstikke("messages", "--config", "other.toml", "show", 1)

    assert ran.exit_code == 2
    assert "after `show`" in ran.err


def test_a_message_is_purged_with_who_and_why(budstikke: Budstikke) -> None:
    ran = budstikke("messages", "purge", 1, "--reason", "wrong patient", "--by", "Kari")

    assert ran.out == "The content of 1 is gone.\n"
    assert budstikke("messages", "show", 1, "--raw").out == ""
    shown = budstikke("messages", "show", 1).out
    assert "It is not kept." in shown
    assert "purged  by=Kari  reason=wrong patient" in shown


def test_a_message_is_not_purged_without_a_reason(budstikke: Budstikke) -> None:
    assert budstikke("messages", "purge", 1).exit_code != 0
    assert budstikke("messages", "show", 1, "--raw").out == "<one/>"
