"""The acts of people: what they decide reaches the service with who decided it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from adapter.message.state import MessageState
from adapter.service import acts
from adapter.service.parts import Parts
from adapter.store import Store

Budstikke = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object, int, str, datetime]]:
    """Return the acts that reached the service."""
    reached: list[tuple[str, object, int, str, datetime]] = []

    def act(name: str, result: object) -> Callable[[object, int, str, datetime], object]:
        def record(on: object, number: int, by: str, now: datetime) -> object:
            reached.append((name, on, number, by, now))
            return result

        return record

    monkeypatch.setattr(acts, "release_message", act("release", MessageState.ACCEPTED))
    monkeypatch.setattr(acts, "retry_message", act("retry", None))
    return reached


@pytest.mark.parametrize(
    ("arguments", "name", "kind", "said"),
    [
        (("messages", "release", 3), "release", Parts, "Message 3 is released and now accepted.\n"),
        (("messages", "retry", 3), "retry", Store, "Message 3 will be judged anew.\n"),
    ],
)
def test_an_act_reaches_the_service_with_who_decided_it(
    *, budstikke: Budstikke, done: list[Any], arguments: tuple[object, ...], name: str, kind: type, said: str
) -> None:
    ran = budstikke(*arguments, "--by", "Kari")

    assert (ran.exit_code, ran.out) == (0, said)
    ((act, on, number, by, now),) = done
    assert (act, number, by) == (name, 3, "Kari")
    assert isinstance(on, kind)
    assert now.tzinfo is not None


@pytest.mark.usefixtures("done")
def test_whoever_releases_a_message_is_told_of_the_tasks_about_it(budstikke: Budstikke) -> None:
    out = budstikke("messages", "release", 1).out

    assert "Task 1 about it is still open (AMO-04): `budstikke tasks done 1` closes it.\n" in out


@pytest.mark.parametrize(
    "arguments",
    [("messages", "release", 1), ("messages", "retry", 1), ("drafts", "approve", 1), ("drafts", "discard", 1)],
)
def test_an_act_that_does_not_fit_is_refused_in_a_sentence(budstikke: Budstikke, arguments: tuple[object, ...]) -> None:
    ran = budstikke(*arguments)

    assert ran.exit_code == 3
    assert ran.err.startswith("ACT-01: ")
    assert "Traceback" not in ran.err
