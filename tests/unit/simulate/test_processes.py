from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from adapter.simulate import processes
from adapter.simulate.processes import Process, Processes

#: Starts a child of its own, says its number, and waits.
_WITH_CHILD = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
)
_WITH_CHILD += "; print(p.pid, flush=True); time.sleep(60)"
_DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def test_the_command_is_this_interpreters_own_whatever_lies_in_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "__init__.py").write_text("raise SystemExit(9)")
    ran = subprocess.run(processes.command("version"), cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)

    assert (ran.returncode, ran.stdout[:10]) == (0, "budstikke ")


@pytest.fixture
def plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start Python with a line of code instead of the command."""
    monkeypatch.setattr(processes, "command", lambda code: [sys.executable, "-c", code])


def _eventually(found: Callable[[], str]) -> str:
    end = time.monotonic() + 20
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)
    return found()


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


@pytest.mark.usefixtures("plain_python")
def test_what_a_process_says_goes_to_its_log(tmp_path: Path) -> None:
    with Processes(tmp_path) as started:
        process = started.start("say", "import sys; print(sys.executable)")
        assert process.wait(20) == 0

    assert (tmp_path / "say.log").read_text().strip() == sys.executable


@pytest.mark.usefixtures("plain_python")
def test_no_process_nor_its_children_outlive_the_block(tmp_path: Path) -> None:
    def interrupted(process: Process) -> None:
        children.append(int(_eventually((tmp_path / "parent.log").read_text)))
        assert _runs(process.pid)
        assert _runs(children[0])
        raise KeyboardInterrupt

    children: list[int] = []
    with suppress(KeyboardInterrupt), Processes(tmp_path) as started:
        process = started.start("parent", _WITH_CHILD)
        interrupted(process)

    assert process.returncode == -signal.SIGKILL
    _eventually(lambda: "" if _runs(children[0]) else "gone")


@pytest.mark.usefixtures("plain_python")
def test_each_leads_a_group_of_its_own(tmp_path: Path) -> None:
    with Processes(tmp_path) as started:
        process = started.start("parent", _WITH_CHILD)

        assert os.getpgid(process.pid) == process.pid != os.getpgrp()


@pytest.mark.usefixtures("plain_python")
def test_a_process_is_asked_to_end_and_its_exit_code_told(tmp_path: Path) -> None:
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); print(1, flush=True)"
    with Processes(tmp_path) as started:
        process = started.start("polite", f"{code}; time.sleep(60)")
        _eventually((tmp_path / "polite.log").read_text)

        assert started.stop(process) == [5]
        assert started.stop(process, process) == [5, 5]


@pytest.mark.usefixtures("plain_python")
def test_one_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.1)
    with Processes(tmp_path) as started:
        process = started.start("deaf", _DEAF)
        _eventually((tmp_path / "deaf.log").read_text)

        assert started.stop(process) == [-signal.SIGKILL]


@pytest.mark.usefixtures("plain_python")
def test_a_second_start_continues_the_log(tmp_path: Path) -> None:
    with Processes(tmp_path) as started:
        for number in (1, 2):
            started.start("daemon", f"print({number})").wait(20)

    assert (tmp_path / "daemon.log").read_text().split() == ["1", "2"]


@pytest.mark.usefixtures("plain_python")
def test_options_in_the_environment_are_for_other_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDSTIKKE_RUN_ONCE", "1")
    with Processes(tmp_path) as started:
        started.start("say", "import os; print([name for name in os.environ if 'BUDSTIKKE' in name])").wait(20)

    assert (tmp_path / "say.log").read_text().strip() == "[]"


@pytest.mark.usefixtures("plain_python")
def test_a_signal_while_a_process_is_started_ends_that_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes between the start and the note of it, and counts once both are done."""
    begun: list[Process] = []
    popen = subprocess.Popen

    def interrupted(*arguments: object, **more: object) -> Process:
        begun.append(popen(*arguments, **more))
        signal.raise_signal(signal.SIGINT)
        return begun[-1]

    monkeypatch.setattr(processes.subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt), Processes(tmp_path) as started:
        started.start("say", "import time; time.sleep(60)")

    assert not _runs(begun[0].pid)
