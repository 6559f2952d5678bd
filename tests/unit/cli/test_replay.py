from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapter import resources
from adapter.cli import pacing
from adapter.cli import replay_files as verb
from adapter.config import Settings, load
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.store import Store
from adapter.store.lock import DaemonLock

Budstikke = Callable[..., Any]
MESSAGES = resources.fixtures() / "messages"
SCENARIOS = resources.fixtures() / "scenarios"
GOOD = MESSAGES / "henvisning-1.1-komplett.xml"


@pytest.fixture
def installation(folder: Path) -> Path:
    """Return the shipped configuration in the test's folder, which reads files at once."""
    config = folder / "budstikke.toml"
    text = resources.example_config().read_text("utf-8")
    config.write_text(
        text.replace('quiet = "1s"', 'quiet = "0s"').replace('patience = "60s"', 'patience = "0s"'), "utf-8"
    )
    return config


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Let a daemon's work be done in this process; returns how often it was asked to."""
    runs: list[bool] = []

    def run(settings: Settings, *, once: bool) -> int:
        runs.append(once)
        with closing(Parts.build(settings)) as parts:
            # The files are as new as the clock is.
            Stage(parts, datetime.now(UTC) + timedelta(days=365)).settle()
        return 0

    monkeypatch.setattr("adapter.service.daemon.run", run)
    return runs


def inbox(party: str) -> list[Path]:
    folder = Path("var") / party / "to-adapter"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_dry_run_shows_what_would_happen_and_makes_nothing(budstikke: Budstikke, installation: Path) -> None:
    ran = budstikke("replay", "--dry-run", GOOD, MESSAGES / "henvisning-1.1-feil-dato.xml", MESSAGES / "tom-fil.xml")

    assert ran.exit_code == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["file", "type", "msg", "id", "verdict", "receipts", "to", "findings"]
    assert lines[1].split()[-4:] == ["accept", "8990101:", "1", "clinic-epj"]
    assert "8990101: 2 T02" in lines[2]
    assert lines[3].split() == ["tom-fil.xml", "no", "channel"]
    assert "verdicts:     1 accept, 1 reject, 1 no channel" in ran.out
    assert "--channel" in lines[-1]
    assert list(installation.parent.iterdir()) == [installation]


@pytest.mark.usefixtures("installation")
def test_the_preview_comes_as_json_for_machines(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "--dry-run", "--json", MESSAGES / "dialogmelding-1.0-nav-behov-for-tiltak.xml", GOOD)

    first, second = map(json.loads, ran.out.splitlines())
    assert (first["channel"], first["verdict"], first["receipts"]) == ("referrer-epj", "accept", [])
    assert [place["channel"] for place in first["destinations"]] == ["nav"]
    assert second["receipts"] == [{"recipient": "8990101", "version": "1.1", "status": "1", "errors": []}]


@pytest.mark.usefixtures("installation")
def test_files_run_through_the_adapter_and_are_reported(budstikke: Budstikke, daemon: list[bool]) -> None:
    ran = budstikke("replay", "--yes", "--rate", "50/s", GOOD, MESSAGES / "henvisning-1.1-feil-dato.xml")

    assert (ran.exit_code, daemon) == (0, [True])
    report = ran.out.split("report\n")[1].splitlines()
    assert report == [
        "2 of 2 files were put into the inboxes.",
        "verdicts:     1 accept, 1 reject",
        "arrived:      1 clinic-epj",
        "waiting:      none",
        "failed:       none",
        "receipts:     1 positive, 1 negative",
    ]
    assert inbox("referrer") == []
    assert len(list(Path("var/clinic/from-adapter").iterdir())) == 1


@pytest.mark.usefixtures("installation", "daemon")
def test_the_same_files_again_are_duplicates_unless_they_get_new_ids(budstikke: Budstikke) -> None:
    outs = [budstikke("replay", "--yes", *options, GOOD).out for options in ([], [], ["--new-ids"])]

    assert ["1 accept" in out.split("report")[1] for out in outs] == [True, False, True]
    assert "1 ignore" in outs[1]


@pytest.mark.usefixtures("installation", "daemon")
def test_a_message_that_is_stopped_unexpectedly_ends_in_exit_code_1(budstikke: Budstikke, tmp_path: Path) -> None:
    shutil.copyfile(MESSAGES / "henvisning-1.1-feil-dato.xml", tmp_path / "own.xml")

    ran = budstikke("replay", "--yes", tmp_path / "own.xml")

    assert ran.exit_code == 1
    assert "stopped: own.xml is message 1, rejected" in ran.out


@pytest.mark.usefixtures("installation", "daemon")
def test_a_file_without_a_channel_is_left_out_and_told(budstikke: Budstikke) -> None:
    left_out = budstikke("replay", "--yes", MESSAGES / "tom-fil.xml")
    named = budstikke("replay", "--yes", "--channel", "nav", MESSAGES / "tom-fil.xml")

    assert (left_out.exit_code, named.exit_code) == (1, 0)
    assert "0 of 1 files" in left_out.out
    assert "verdicts:     1 quarantine" in named.out


def test_a_daemon_that_runs_is_left_to_do_it(budstikke: Budstikke, installation: Path, daemon: list[bool]) -> None:
    settings = load(installation)
    for channel in settings.channel:
        channel.inbox.mkdir(parents=True)
    Store.open(settings.store.url).close()

    with DaemonLock.acquire(settings.store_file()):
        ran = budstikke("replay", "--yes", "--wait", "0s", GOOD)

    assert (ran.exit_code, daemon) == (3, [])
    assert len(inbox("referrer")) == 1
    assert f"not through: {GOOD.name}, in the inbox of referrer-epj as replay-" in ran.out


@pytest.mark.usefixtures("installation")
def test_ctrl_c_stops_between_files(budstikke: Budstikke, daemon: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(verb, "progress", lambda *_: nullcontext(interrupt))

    ran = budstikke("replay", "--yes", GOOD, GOOD, GOOD)

    assert (ran.exit_code, daemon) == (130, [])
    assert len(inbox("referrer")) == 1
    assert "Stopped by hand: 2 files were not put." in ran.out
    assert "No daemon runs" in ran.out


@pytest.mark.usefixtures("daemon")
def test_an_inbox_that_fails_is_told_after_what_was_done(budstikke: Budstikke, installation: Path) -> None:
    settings = load(installation)
    Store.open(settings.store.url).close()
    for channel in settings.channel[:1]:
        channel.inbox.mkdir(parents=True)

    with DaemonLock.acquire(settings.store_file()):
        ran = budstikke(
            "replay", "--yes", "--wait", "0s", GOOD, MESSAGES / "apprec-1.0-nav-positiv.xml", MESSAGES / GOOD.name
        )

    assert ran.exit_code == 3
    assert "1 of 3 files were put" in ran.out
    assert "CHAN-01: channel nav: inbox" in ran.err


@pytest.mark.usefixtures("installation", "daemon")
def test_the_outcome_comes_as_json_for_machines(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "--yes", "--json", GOOD)

    _, outcome = map(json.loads, ran.out.splitlines())
    assert (outcome["state"], outcome["verdict"], outcome["message"]) == ("delivered", "accept", 1)
    assert [(row["channel"], row["state"]) for row in outcome["deliveries"]] == [
        ("clinic-epj", "sent"),
        ("referrer-epj", "sent"),
    ]
    assert outcome["receipts"] == [{"recipient": "8990101", "status": "1"}]


@pytest.mark.usefixtures("installation")
def test_nobody_is_asked_who_is_not_there(budstikke: Budstikke) -> None:
    ran = budstikke("replay", GOOD)

    assert ran.exit_code == 2
    assert "--yes" in ran.err
    assert inbox("referrer") == []


@pytest.mark.usefixtures("installation", "daemon")
def test_a_person_is_asked(budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda text, **_: asked.append(text))

    ran = budstikke("replay", GOOD)

    assert (ran.exit_code, asked) == (0, ["\nPut 1 of 1 files into the inboxes?"])


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with pacing.progress("files", 2) as tell:
        tell()
        tell()

    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--channel", "nothing"], "there is no channel nothing"),
        (["--rate", "fast"], "write a number and a unit"),
        (["--rate", "0/s"], "write a number and a unit"),
        (["--wait", "long"], "is no duration"),
        (["--isolated", "--new-ids"], "takes neither"),
        (["--update"], "belong to --isolated"),
        (["--isolated", "--update"], "needs the folder"),
        (["--isolated", str(SCENARIOS / "07a-same-msgid-again.toml")], "do not go together"),
        (["--isolated", "--expect", "x", str(SCENARIOS)], "one scenario at a time|do not go together"),
    ],
)
@pytest.mark.usefixtures("installation")
def test_a_mistake_in_the_command_is_told(budstikke: Budstikke, arguments: list[str], said: str) -> None:
    ran = budstikke("replay", GOOD, *arguments)

    assert ran.exit_code == 2
    assert any(part in ran.err for part in said.split("|"))


@pytest.mark.usefixtures("installation")
def test_a_folder_without_messages_is_a_mistake(budstikke: Budstikke, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert budstikke("replay", "--dry-run", tmp_path / "empty").exit_code == 2
    assert budstikke("replay", "--isolated", tmp_path / "empty").exit_code == 2


def test_a_scenario_comes_out_as_it_expects(budstikke: Budstikke) -> None:
    ran = budstikke("replay", "--isolated", SCENARIOS / "07a-same-msgid-again.toml", SCENARIOS / "copy-recipient.toml")

    assert (ran.exit_code, ran.out) == (0, "07a-same-msgid-again: as expected.\ncopy-recipient: as expected.\n")


@pytest.fixture
def story(folder: Path) -> Path:
    """Return a scenario of its own that expects something else."""
    text = (SCENARIOS / "07a-same-msgid-again.toml").read_text("utf-8")
    path = folder / "story.toml"
    path.write_text(text.replace('"referral: delivered, accept"', '"referral: held, hold"'), "utf-8")
    return path


def test_a_difference_is_printed_with_exit_code_1_until_it_is_accepted(budstikke: Budstikke, story: Path) -> None:
    differing = budstikke("replay", "--isolated", story)
    updated = budstikke("replay", "--isolated", "--update", story)
    again = budstikke("replay", "--isolated", story)

    assert differing.exit_code == 1
    assert '-  "referral: held, hold",\n+  "referral: delivered, accept",' in differing.out
    assert (updated.exit_code, again.exit_code) == (0, 0)
    assert story.read_text("utf-8") == (SCENARIOS / "07a-same-msgid-again.toml").read_text("utf-8")


def test_a_scenario_that_expects_nothing_shows_what_it_comes_to(budstikke: Budstikke, story: Path) -> None:
    text = story.read_text("utf-8")
    story.write_text(text[: text.index("[expect]")], "utf-8")

    ran = budstikke("replay", "--isolated", story)

    assert ran.exit_code == 1
    assert '"referral: delivered, accept"' in ran.out
    assert "it expects nothing yet" in ran.out


@pytest.mark.parametrize("options", [[], ["--update"]])
def test_ctrl_c_ends_an_isolated_run_between_two_steps_and_writes_nothing(
    budstikke: Budstikke, story: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    dropped: list[str] = []

    def interrupt(_: Stage, channel: str, _data: bytes) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        dropped.append(channel)
        return ""

    monkeypatch.setattr(Stage, "drop", interrupt)
    text = story.read_text("utf-8")
    ran = budstikke("replay", "--isolated", *options, story, SCENARIOS / "copy-recipient.toml")

    assert (ran.exit_code, ran.out) == (130, "story: stopped by hand.\n")
    assert len(dropped) == 1
    assert story.read_text("utf-8") == text


def test_files_are_compared_with_a_folder(budstikke: Budstikke, folder: Path) -> None:
    names = [GOOD, MESSAGES / "tom-fil.xml"]

    shown = budstikke("replay", "--isolated", *names)
    written = budstikke("replay", "--isolated", "--expect", "expected", "--update", *names)
    same = budstikke("replay", "--isolated", "--expect", "expected", *names)
    other = budstikke("replay", "--isolated", "--expect", "expected", MESSAGES / "henvisning-1.1-d-nummer.xml")
    scenario = budstikke("replay", "--isolated", "--expect", "expected", SCENARIOS / "07a-same-msgid-again.toml")

    assert [one.exit_code for one in (shown, written, same, other, scenario)] == [0, 0, 0, 1, 1]
    assert "left out: tom-fil.xml" in shown.out
    assert len(list((folder / "expected" / "clinic").iterdir())) == 1
    assert "expected clinic/HENVISNING_" in other.out


def test_an_isolated_run_touches_nothing_of_the_installation(budstikke: Budstikke, installation: Path) -> None:
    budstikke("replay", "--isolated", GOOD)

    assert list(installation.parent.iterdir()) == [installation]
