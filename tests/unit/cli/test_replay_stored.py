from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter import resources
from adapter.cli import replay_batches
from adapter.config import Settings, load
from adapter.message.state import MessageState
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.store import DecidedMessage, NewMessage, Store
from adapter.store.lock import DaemonLock

Budstikke = Callable[..., Any]
MESSAGES = resources.fixtures() / "messages"
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def settings(folder: Path) -> Settings:
    """Return the shipped configuration in the test's folder, which reads files at once."""
    config = folder / "budstikke.toml"
    text = resources.example_config().read_text("utf-8")
    config.write_text(
        text.replace('quiet = "1s"', 'quiet = "0s"').replace('patience = "60s"', 'patience = "0s"'), "utf-8"
    )
    return load(config)


@pytest.fixture
def settle(settings: Settings) -> Callable[..., None]:
    """Return what does the daemon's work, with messages of the referrer's that are put for it first."""

    def run(*names: str) -> None:
        with closing(Parts.build(settings)) as parts:
            stage = Stage(parts, datetime.now(UTC))
            for name in names:
                stage.drop("referrer-epj", (MESSAGES / name).read_bytes())
                stage.settle()
            stage.settle()

    return run


@pytest.fixture(autouse=True)
def carried(settle: Callable[..., None]) -> None:
    """Carry a referral, a second one with a warning, and one that is rejected: messages 1, 3 and 6."""
    settle("henvisning-1.1-komplett.xml", "henvisning-1.1-uten-sykmeldingsstatus.xml", "henvisning-1.1-feil-dato.xml")


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C after the first message."""

    class Bar:
        def __enter__(self) -> Callable[[], None]:
            return lambda: os.kill(os.getpid(), signal.SIGINT)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(replay_batches, "progress", lambda *_: Bar())


def outbox() -> list[str]:
    return sorted(path.name for path in Path("var/clinic/from-adapter").iterdir())


def told(out: str, name: str) -> str:
    return next(line.partition(":")[2].strip() for line in out.splitlines() if line.startswith(f"{name}:"))


def lines(out: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, out.splitlines())


def test_without_a_choice_the_selection_is_listed(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "stored", "--since", "1d", "--from", "referrer", "--to", "clinic")

    assert ran.exit_code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[:4]] == ["id", "1", "3", "6"]
    assert (told(ran.out, "messages"), told(ran.out, "types")) == ("3 in all", "3 HENVISNING")
    assert "Choose what to do with them" in ran.out
    assert [row["id"] for row in lines(budstikke("replay", "stored", "--json", "--finding", "AMO-04").out)] == [3]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--real", "--compare"], "choose one"),
        (["--real"], "--ids kept"),
        (["--into", "x", "--ids", "new", "--channel", "nav"], "--channel"),
    ],
)
def test_what_does_not_go_together_is_refused(budstikke: Budstikke, options: list[str], said: str) -> None:
    ran = budstikke("replay", "stored", *options)

    assert ran.exit_code == 2
    assert said in ran.err


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("henvisning", 'no type "henvisning"; did you mean "HENVISNING"? The messages here are of APPREC,'),
        ("zz", 'no type "zz". The messages here are of APPREC, DIALOG_HELSEFAGLIG, HENVISNING; `budstikke messages`'),
    ],
)
def test_a_type_that_there_is_not_is_refused(budstikke: Budstikke, wanted: str, said: str) -> None:
    ran = budstikke("replay", "stored", "--type", wanted, "--real", "--ids", "kept", "--yes")

    assert ran.exit_code == 2
    assert f"Invalid value for --type: list 8279 has {said}" in " ".join(ran.err.split())
    assert budstikke("replay", "batches").out == "No batches.\n"


def test_a_type_of_the_list_that_nobody_sent_finds_nothing(budstikke: Budstikke) -> None:
    assert budstikke("replay", "stored", "--type", "EPIKRISE").out == "No messages match.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--party", "clinc"], 'for --party: there is no party "clinc"; did you mean "clinic"?'),
        (["--from", "zz"], 'for --from: there is no party "zz". There are'),
        (["--to", "clinc"], 'for --to: there is no party "clinc"; did you mean'),
        (["--finding", "AMO-4"], 'for --finding: no rule has the code "AMO-4"; did you mean "AMO-'),
        (["--channel", "zz", "--ids", "kept"], 'for --channel: there is no channel "zz". There are'),
    ],
)
def test_what_no_message_can_have_is_refused_by_name(budstikke: Budstikke, options: list[str], said: str) -> None:
    ran = budstikke("replay", "stored", *options)

    assert (ran.exit_code, ran.out) == (2, "")
    assert f"Invalid value {said}" in " ".join(ran.err.split())


@pytest.mark.parametrize(("option", "said"), [("--id", "message 99"), ("--thread", "thread 99")])
def test_a_number_that_there_is_not_is_told(budstikke: Budstikke, option: str, said: str) -> None:
    ran = budstikke("replay", "stored", option, 99, "--real", "--ids", "new", "--yes")

    assert (ran.exit_code, ran.out) == (3, "")
    assert f"There is no {said} in the store." in ran.err


def test_a_rule_that_no_message_broke_finds_nothing(budstikke: Budstikke) -> None:
    assert budstikke("replay", "stored", "--finding", "AMO-01", "--compare").out == "No messages match.\n"


def test_a_type_on_no_list_that_somebody_sent_is_found(budstikke: Budstikke, settings: Settings) -> None:
    with Store.open(settings.store.url) as store, store.writing() as ledger:
        (odd,) = ledger.receive([NewMessage(channel="referrer-epj", source="a", data=b"<odd/>")], at=NOW)
        ledger.decide([DecidedMessage(id=odd, state=MessageState.HELD, verdict="hold", type="RARE")], at=NOW)

    assert [row["id"] for row in lines(budstikke("replay", "stored", "--type", "RARE", "--json").out)] == [odd]


def test_a_selection_that_is_too_large_is_refused(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "stored", "--limit", "2", "--compare")

    assert (ran.exit_code, ran.err.splitlines()[0]) == (3, "RPL-04: More than 2 messages are meant.")


def test_without_a_yes_it_is_a_look_only(budstikke: Budstikke) -> None:
    before = outbox()
    kept = budstikke("replay", "stored", "--real", "--ids", "kept")
    new = budstikke("replay", "stored", "--id", 1, "--into", "box", "--ids", "new")

    assert (kept.exit_code, new.exit_code) == (1, 0)
    assert [line.split()[4] for line in kept.out.splitlines()[1:3]] == ["clinic", "clinic"]
    assert "it went nowhere" in kept.out
    assert told(kept.out, "destinations") == "2 clinic-epj"
    assert (told(new.out, "verdicts"), told(new.out, "receipts")) == ("1 accept", "1 positive")
    assert "Nothing is done without --yes." in kept.err
    assert (outbox(), Path("box").exists()) == (before, False)
    assert budstikke("replay", "batches").out == "No batches.\n"


def test_who_sits_there_is_asked(budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda text: "Write" in text)

    sent = budstikke("replay", "stored", "--id", 1, "--real", "--ids", "kept")
    written = budstikke("replay", "stored", "--id", 1, "--into", "box")

    assert "Batch" not in sent.out
    assert "1 files are written to box." in written.err


def test_the_look_comes_as_json_for_machines(budstikke: Budstikke) -> None:
    kept = list(lines(budstikke("replay", "stored", "--real", "--ids", "kept", "--json").out))
    (new,) = lines(budstikke("replay", "stored", "--id", 3, "--real", "--ids", "new", "--json").out)

    assert [(row["message"], row["to"], row.get("left_out")) for row in kept] == [
        (1, "clinic-epj", None),
        (3, "clinic-epj", None),
        (6, None, "it went nowhere"),
    ]
    assert (new["message"], new["verdict"], new["findings"]) == (3, "accept", ["AMO-04"])
    assert [place["channel"] for place in new["to"]] == ["clinic-epj"]


def test_the_same_messages_go_again_as_a_batch(budstikke: Budstikke, settle: Callable[..., None]) -> None:
    before = outbox()
    ran = budstikke(
        "replay", "stored", "--type", "HENVISNING", "--finding", "AMO-04", "--real", "--ids", "kept", "--yes",
        "--by", "kari", "--rate", "1000/s", "--channel", "clinic-epj",
    )  # fmt: skip
    settle()

    assert ran.exit_code == 0, ran.err
    assert ran.out.splitlines()[-3:] == [
        "Batch 1: 1 to send.",
        "Batch 1 is done: 1 done, 0 left out.",
        "No daemon runs: what is queued waits for `budstikke run`.",
    ]
    assert len(outbox()) == len(before) + 1
    (batch,) = lines(budstikke("replay", "batches", "--json").out)
    assert (batch["state"], batch["ids"], batch["by"], batch["done"]) == ("done", "kept", "kari", 1)
    assert batch["asked for"] == "direction in, rule AMO-04, type HENVISNING"
    shown = budstikke("replay", "show", 1).out
    assert "batch_started  by=kari" in shown
    (whole,) = lines(budstikke("replay", "show", 1, "--json").out)
    assert [item["message_id"] for item in whole["messages"]] == [3]
    assert "Replayed as delivery" in budstikke("messages", "show", 3).out


def test_new_messages_know_what_they_replay(budstikke: Budstikke, settle: Callable[..., None]) -> None:
    ran = budstikke("replay", "stored", "--id", 1, "--real", "--ids", "new", "--yes", "--json")
    settle()

    *_, item = lines(ran.out)
    new = item["new_message_id"]
    assert f"Replayed as message {new}. Batch 1." in budstikke("messages", "show", 1).out
    assert "It replays message 1. Batch 1." in budstikke("messages", "show", new).out
    (shown,) = lines(budstikke("messages", "show", new, "--json").out)
    assert [row["message_id"] for row in shown["replays"]] == [1]


def test_a_daemon_that_runs_is_left_to_send(budstikke: Budstikke, settings: Settings) -> None:
    with DaemonLock.acquire(settings.store_file()):
        ran = budstikke("replay", "stored", "--id", 1, "--real", "--ids", "kept", "--yes")

    assert ran.exit_code == 0
    assert "No daemon runs" not in ran.out


@pytest.mark.usefixtures("stopped")
def test_a_batch_that_was_stopped_by_hand_goes_on_or_ends(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "stored", "--id", 1, "--id", 3, "--real", "--ids", "kept", "--yes")

    assert ran.exit_code == 130
    assert "1 are not sent: `budstikke replay resume 1` goes on" in ran.out
    assert "To be replayed: pending. Batch 1." in budstikke("messages", "show", 3).out
    assert budstikke("replay", "resume", 1, "--by", "ola").exit_code == 0
    cancelled = budstikke("replay", "cancel", 1)
    assert cancelled.out == "Batch 1 is cancelled: 0 messages are not sent, 2 deliveries are withdrawn.\n"
    assert budstikke("replay", "resume", 1).err.startswith("RPL-02: Batch 1 is cancelled already.")
    assert budstikke("replay", "show", 9).exit_code == 3


@pytest.mark.usefixtures("stopped")
def test_what_is_left_out_on_the_way_shows_in_the_exit_code(budstikke: Budstikke) -> None:
    first = budstikke("replay", "stored", "--id", 1, "--id", 3, "--real", "--ids", "kept", "--yes")
    other = budstikke("replay", "stored", "--id", 3, "--real", "--ids", "kept", "--yes")
    again = budstikke("replay", "resume", 1)

    assert [ran.exit_code for ran in (first, other, again)] == [130, 0, 1]
    assert "1 done, 1 left out." in again.out
    assert "it is on its way" in budstikke("replay", "show", 1).out


def test_a_folder_gets_what_would_be_sent_and_nothing_else_happens(budstikke: Budstikke) -> None:
    before = outbox()
    ran = budstikke("replay", "stored", "--id", 1, "--into", "box", "--ids", "new", "--yes")
    used = budstikke("replay", "stored", "--id", 1, "--into", "box", "--yes")

    assert ran.exit_code == 0
    assert sorted(path.name for path in Path("box").iterdir()) == ["clinic-epj", "referrer-epj"]
    assert (used.exit_code, "RPL-03" in used.err) == (3, True)
    assert outbox() == before


def test_old_decisions_are_held_against_the_rules_of_today(budstikke: Budstikke, folder: Path) -> None:
    same = budstikke("replay", "stored", "--compare")
    config = folder / "budstikke.toml"
    config.write_text(config.read_text("utf-8").replace('profiles = ["amo"]', "profiles = []"), "utf-8")
    other = budstikke("replay", "stored", "--compare", "--id", 2, "--id", 3)
    (row, _) = lines(budstikke("replay", "stored", "--compare", "--id", 3, "--id", 2, "--json").out)

    assert (same.exit_code, same.out) == (0, "3 decided as then, 0 otherwise, 0 not compared.\n")
    assert other.exit_code == 1
    assert "-finding: AMO-04 warn" in other.out.splitlines()
    assert other.out.splitlines()[-1] == "0 decided as then, 1 otherwise, 1 not compared."
    assert row["left_out"] == "the adapter wrote it: it can be sent again with its ids only"


def test_there_must_be_a_store(budstikke: Budstikke, folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / "budstikke.toml").write_text((folder / "budstikke.toml").read_text("utf-8"), "utf-8")

    assert budstikke("replay", "stored", "--config", "empty/budstikke.toml").exit_code == 3


def test_an_empty_selection_sends_nothing(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "stored", "--type", "EPIKRISE", "--real", "--ids", "new", "--yes")

    assert (ran.exit_code, ran.out) == (0, "No messages match.\n")


def test_what_names_no_verb_is_a_file(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "--dry-run", MESSAGES / "henvisning-1.1-komplett.xml")

    assert (ran.exit_code, told(ran.out, "verdicts")) == (0, "1 ignore")
    assert "replay files" not in budstikke("replay", "--help").err
    assert "batches" in budstikke("replay", "--help").out
