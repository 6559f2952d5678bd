from __future__ import annotations

import os
import signal

import pytest

from adapter.service.stop import StopSign


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_the_sign_wakes_up_who_waits_and_is_told_once(number: signal.Signals) -> None:
    with StopSign() as stop:
        assert not stop.is_set
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)

        assert stop.is_set
        assert stop.ticks.poll(5)
        assert stop.ticks.recv() == f"stop:{number.name}"
        assert not stop.ticks.poll(0)


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with StopSign():
        assert signal.getsignal(signal.SIGTERM) != before[0]

    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
