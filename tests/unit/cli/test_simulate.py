from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter import resources

Budstikke = Callable[..., Any]

FOLDERS = ("--inbox", "nav/from-adapter", "--outbox", "nav/to-adapter")


def _script(folder: Path, text: str) -> Path:
    path = folder / "script.toml"
    path.write_text(f'name = "EPJ"\n{text}', "utf-8")
    return path


def test_a_party_reads_answers_and_is_content(budstikke: Budstikke, folder: Path) -> None:
    inbox = folder / "nav" / "from-adapter"
    inbox.mkdir(parents=True)
    example = resources.fixtures() / "messages" / "dialogmelding-1.0-nav-behov-for-tiltak.xml"
    (inbox / "a.xml").write_bytes(example.read_bytes())
    ran = budstikke("simulate", "nav", *FOLDERS, "--for", "1s")

    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "Everything in the script has happened."
    assert [path.name for path in (folder / "nav" / "read").iterdir()] == ["a.xml"]
    assert len(list((folder / "nav" / "to-adapter").iterdir())) == 1


def test_what_did_not_happen_is_listed(budstikke: Budstikke, folder: Path) -> None:
    ran = budstikke("simulate", "nav", *FOLDERS, "--kept", "elsewhere", "--until-idle", "0s")

    assert ran.exit_code == 1
    assert ran.out.splitlines() == ["The script is not fulfilled:", "  henvendelse fra lege: came 0 of 1 times"]
    assert (folder / "elsewhere").is_dir()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--until-idle", "soon"), '"soon" is no duration'),
        (("--script", "none.toml"), "SIM-01: The script none.toml cannot be read"),
        (("--script", "script.toml"), "is for the role clinic, not for nav"),
    ],
)
def test_mistakes_are_told(budstikke: Budstikke, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    _script(folder, 'role = "clinic"')
    ran = budstikke("simulate", "nav", *FOLDERS, *arguments)

    assert ran.exit_code == 2
    assert told in " ".join(ran.err.split())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_party_ends_when_it_is_told_to(budstikke: Budstikke, folder: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    def tell() -> None:
        # only once the verb listens: until then the signal would end the test run
        while "told_to_stop" not in getattr(signal.getsignal(number), "__qualname__", ""):
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    ran = budstikke("simulate", "clinic", *FOLDERS, "--script", _script(folder, 'role = "clinic"'))
    teller.join(10)

    assert ran.exit_code == 0
    assert signal.getsignal(number) is before


def test_a_mail_server_tells_where_it_listens_until_it_is_told_to_stop(budstikke: Budstikke, folder: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    (folder / "faults.toml").write_text('[[fault]]\nwhat = "lose"\naccount = "nav"\n', "utf-8")
    (folder / "password.txt").write_text("rett ord\n", "utf-8")

    def tell() -> None:
        while signal.getsignal(signal.SIGTERM) is before or not (folder / "mail" / "nav").is_dir():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    ran = budstikke(
        *("simulate", "mail", "--folder", "mail", "--account", "nav:nav@edi.example", "--starttls"),
        *("--faults", "faults.toml", "--password-file", "password.txt"),
    )
    teller.join(10)

    assert (ran.exit_code, ran.err) == (0, "")
    told = [line.partition(":")[0] for line in ran.out.splitlines()]
    assert told == [f"{name} listens at 127.0.0.1" for name in ("SMTP", "IMAP", "POP3")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--account", "nav"), "The address of the account nav is no mail address"),
        (("--account", "nav:nav@edi.example", "--tls", "--starttls"), "either --tls or --starttls"),
        (("--account", "nav:nav@edi.example", "--faults", "none.toml"), "SIM-04: The faults none.toml cannot be read"),
        ((), "Missing option '--account'"),
    ],
)
def test_mistakes_about_a_mail_server_are_told(
    budstikke: Budstikke, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = budstikke("simulate", "mail", "--folder", folder / "mail", *arguments)

    assert ran.exit_code == 2
    assert told in " ".join(ran.err.split())
