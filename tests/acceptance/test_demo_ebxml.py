"""The demo of ebXML as anyone runs it: three message servers, a mail server, and a death of two of them."""

from __future__ import annotations

import re
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

from demos import ended_early, ended_well, missing, try_next
from processes import left
from running import LONG, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]

#: Every line of the reckoning, in its order.
RECKONING = (
    r"^legekontor\.edi$",
    r"✓  Legekontor holds all that its script expects: 4 APPREC, 1 DIALOG_HELSEFAGLIG, 1 DIALOG_STATUS_HENVISNING",
    r"✓  every message has found its end: 11 delivered, 1 ignored, 1 quarantined, 1 rejected",
    r"✓  no delivery is under way, and none was given up",
    r"✓  1 task for a person: the file nobody can read",
    r"✓  the event log verifies: \d+ events, each bound to the one before",
    r"^klinikk\.edi$",
    r"✓  Klinikk holds all that its script expects: 1 APPREC, 1 DIALOG_HELSEFAGLIG, 1 HENVISNING",
    r"✓  every message has found its end: 8 delivered",
    r"✓  no task for a person",
    r"✓  the event log verifies: \d+ events, each bound to the one before",
    r"^nav\.edi$",
    r"✓  NAV holds all that its script expects: 1 DIALOG_NOTAT",
    r"✓  every message has found its end: 2 delivered",
    r"✓  the event log verifies: \d+ events, each bound to the one before",
    r"^Between them$",
    r"✓  10 messages went as ebXML, and each was acknowledged once",
    r"✓  each was opened once, by its receiver",
    r"✓  nothing is pending, and nothing was refused",
    r"✓  \d+ mails passed the mail server, and none of them tells of a patient or a message",
    r"^Everything arrived, in \d+ s\.$",
)
#: The story, in the order it must be told.
STORY = (
    r"The mail server starts",
    r"The server klinikk\.edi starts",
    r"Legekontor → legekontor\.edi +Henvisning 1\.1 +taken",
    r"legekontor\.edi → klinikk\.edi +Henvisning 1\.1 +signed, encrypted, sent",
    r"legekontor\.edi → klinikk\.edi +Henvisning 1\.1 +taken\n +AMO-04: ",
    r"Rolig Skog at the clinic reads the draft +budstikke drafts approve [0-9]+",
    r"klinikk\.edi → legekontor\.edi +Helsefaglig dialog +signed, encrypted, sent: Henvendelse om pasient",
    r"✗ +SIGKILL +the server klinikk\.edi and its workers die",
    r"✗ +SIGKILL +the mail server dies; on its disk: \d+ mails? in the mailbox of klinikk\.edi",
    r"The mail server starts again",
    r"The server klinikk\.edi starts again",
    r"klinikk\.edi → Klinikk +Helsefaglig dialog +delivered",
    r"klinikk\.edi → legekontor\.edi +Status +taken",
    r"legekontor\.edi → klinikk\.edi +Acknowledgment +of Status",
)
#: Told too, wherever the kill falls.
TOLD = (
    r"klinikk\.edi → legekontor\.edi +Acknowledgment +of Henvisning 1\.1",
    r"nav\.edi → NAV +Notat +delivered",
    r"nav\.edi → legekontor\.edi +AppRec 1\.0 OK +taken",
    r"! +legekontor\.edi → Legekontor +AppRec 1\.1 avvist: E36 +answers Henvisning",
    r"came before; nothing is done twice",
    r"! +Legekontor → legekontor\.edi +unreadable file +put aside for a person",
)


def _in_order(patterns: tuple[str, ...], told: str) -> str | None:
    """Return the first pattern that is not found behind the ones before it, or None."""
    position = 0
    for pattern in patterns:
        found = re.compile(pattern, re.MULTILINE).search(told, position)
        if found is None:
            return pattern
        position = found.end()
    return None


def test_three_message_servers_exchange_a_day_and_everything_arrives(budstikke: Run, tmp_path: Path) -> None:
    ran = budstikke("demo", "--ebxml", "--seconds-limit", "600", timeout=700)

    ended_well(ran)
    assert _in_order(STORY, ran.stdout) is None, ran.stdout
    assert _in_order(RECKONING, ran.stdout) is None, ran.stdout
    assert missing(TOLD, ran.stdout) == []
    assert left(tmp_path) == []
    _has_three_of_everything(tmp_path / "demo-ebxml")
    _says_that_all_is_acknowledged(budstikke, tmp_path / "demo-ebxml")
    try_next(budstikke, ran.stdout)


def _has_three_of_everything(folder: Path) -> None:
    """Three configurations, three stores, and no key that anybody else has."""
    houses = [folder / name for name in ("legekontor", "klinikk", "nav")]
    assert all((house / "budstikke.toml").is_file() and (house / "var/budstikke.db").is_file() for house in houses)
    keys = [path for house in houses for path in sorted((house / "own").iterdir())]
    assert [path.name for path in keys] == ["encryption.pem", "signing.pem"] * 3
    assert len({path.read_bytes() for path in keys}) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    others = [path for path in folder.rglob("*") if path.is_file() and path not in keys and "mail" not in path.parts]
    assert others
    assert [path for path in others if b"PRIVATE KEY" in path.read_bytes()] == []


def _says_that_all_is_acknowledged(budstikke: Run, folder: Path) -> None:
    for house in ("legekontor", "klinikk", "nav"):
        config = ("--config", folder / house / "budstikke.toml")
        assert budstikke("envelopes", "--pending", *config).stdout == "No envelopes.\n"
        assert " acknowledged " in budstikke("envelopes", "--state", "acknowledged", *config).stdout


def test_a_demo_of_ebxml_without_time_says_what_is_missing(budstikke: Run, tmp_path: Path) -> None:
    ran = budstikke("demo", "--ebxml", "--keep", "edi", "--seconds-limit", "5", timeout=200)

    ended_early(ran)
    assert left(tmp_path) == []


def test_servers_without_one_run_until_they_are_told_to_stop(
    command: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [command, "demo", "--ebxml", "--without", "klinikk", "--keep", "edi"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "mail, legekontor, nav run in edi, until you stop them.\n"
        assert process.stdout.readline().startswith("edi/klinikk is yours: ")
        log = tmp_path / "edi/log/mail.log"
        assert wait_until(lambda: "IMAP listens" in log.read_text(), timeout=LONG)
        running = " ".join(left(tmp_path))
        process.send_signal(signal.SIGTERM)
        code = process.wait(LONG)
    finally:
        process.kill()
        process.communicate()

    assert code == 0
    assert "legekontor" in running
    assert left(tmp_path) == []


def test_a_server_is_left_out_of_the_demo_of_ebxml_only(budstikke: Run) -> None:
    ran = budstikke("demo", "--without", "nav")

    assert ran.returncode == 2
    assert "--without needs --ebxml" in ran.stderr
