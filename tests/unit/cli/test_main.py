from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter.cli.exits import ExitCode, code_of
from adapter.cli.main import main
from adapter.cli.verbs import VERBS
from adapter.errors import BudstikkeError, ConfigError, NotWellFormed, SpecError, StoreFull, StoreLocked, UnsafeName

Budstikke = Callable[..., Any]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotWellFormed(), ExitCode.REJECTED),
        (ConfigError(), ExitCode.USAGE),
        (SpecError(), ExitCode.USAGE),
        (StoreLocked(), ExitCode.FAILED),
        (StoreFull(), ExitCode.FAILED),
        (UnsafeName(), ExitCode.FAILED),
        (PermissionError(), ExitCode.FAILED),
    ],
)
def test_each_known_error_has_its_exit_code(error: BudstikkeError | OSError, code: ExitCode) -> None:
    assert code_of(error) is code


def test_without_a_verb_the_help_is_shown(budstikke: Budstikke) -> None:
    ran = budstikke()

    assert ran.exit_code == 2
    assert "validate" in ran.err
    assert "Exit codes" in ran.err


def test_a_known_error_has_a_code_a_sentence_and_a_next_step_and_no_trace(budstikke: Budstikke) -> None:
    ran = budstikke("config", "check")

    assert ran.err.startswith("CONF-01: There is no configuration")
    assert len(ran.err.splitlines()) == 2


@pytest.mark.usefixtures("config")
def test_an_error_that_ctrl_c_led_to_is_not_told_as_one(budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        raise ConfigError("The schema files do not fit together.")

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("adapter.cli.config.open_settings", interrupted)
    ran = budstikke("config", "show")

    assert (ran.exit_code, ran.out, ran.err) == (130, "", "")
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_ends_a_verb(budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

    monkeypatch.setattr("adapter.cli.config.open_settings", interrupted)

    assert budstikke("config", "show").exit_code == 130


def test_a_program_may_run_a_verb_outside_its_main_thread() -> None:
    codes: list[object] = []

    def run() -> None:
        try:
            main(["version"])
        except SystemExit as ended:
            codes.append(ended.code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert codes == [0]


def test_verbose_adds_the_trace(budstikke: Budstikke) -> None:
    ran = budstikke("--verbose", "config", "check")

    assert "Traceback" in ran.err
    assert "CONF-01" in ran.err


def test_a_file_that_cannot_be_written_is_told_by_name(budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "var")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    ran = budstikke("init", "here")

    assert ran.exit_code == 3
    assert ran.err == "var: Permission denied\n"


def test_the_version_is_told(budstikke: Budstikke) -> None:
    assert budstikke("version").out.startswith("budstikke ")


def test_a_verb_is_imported_without_the_others(specs: Path) -> None:
    message = specs.parent / "messages/henvisning-1.1-komplett.xml"
    code = (
        "import contextlib, sys; from adapter.cli.main import main\n"
        f"with contextlib.suppress(SystemExit): main(['validate', {str(message)!r}])\n"
        "print(*(name for name in sys.modules if name.startswith('adapter.cli.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {name.removeprefix("adapter.cli.") for name in ran.stdout.splitlines()[-1].split()}

    assert imported & set(VERBS) == {"validate"}


def test_each_verb_is_told_in_the_help(budstikke: Budstikke) -> None:
    told = budstikke("--help").out

    assert all(f"\n  {verb} " in told for verb in VERBS)


def test_the_command_starts_without_the_slow_modules() -> None:
    slow = {
        "adapter.message",
        "lxml",
        "sqlalchemy",
        "alembic",
        "xmlschema",
        "signxml",
        "jinja2",
        "rich",
        "structlog",
        "apscheduler",
    }
    code = (
        "import sys, adapter.cli.main; from adapter.cli.verbs import build; build()\n"
        f"print(sorted({slow} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
