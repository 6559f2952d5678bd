from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.replay.acts import SOMEBODY, Approve, CloseTasks, Discard, Pass, Release, SendFile, SendSpec
from adapter.replay.holdings import Holdings
from adapter.replay.scenario import Scenario, ScenarioError, load

Read = Callable[[str], Scenario]

HEAD = 'what = "A story."\nstarts = 2026-03-02T09:00:00\n'
SENT = '[[step]]\nsend = "a.xml"\nfrom = "referrer"\n'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(text: str) -> Scenario:
        path = tmp_path / "story.toml"
        path.write_text(text, "utf-8")
        return load(path, messages=Path("messages"), specs=Path("specs"))

    return reading


def test_a_scenario_is_read(read: Read, tmp_path: Path) -> None:
    found = read(
        HEAD
        + 'config = "c.toml"\n'
        + SENT
        + '[[step]]\nafter = "1h"\nspec = "status"\nfrom = "clinic"\nname = "b"\n'
        + 'without = ["x"]\nchange = { "y.z" = "$a.msg_id" }\n'
        + '[[step]]\nat = 2026-03-03T09:00:00Z\nrelease = "a"\nby = "me"\n'
        + '[[step]]\napprove = "a"\n[[step]]\ndiscard = "a"\n[[step]]\ndone = "a"\n[[step]]\nafter = "2d"\n'
        + '[expect]\ntasks = ["one"]\n[expect.holds]\nclinic = ["two"]\n'
    )

    assert (found.name, found.what, found.config) == ("story", "A story.", tmp_path / "c.toml")
    assert found.starts == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert [step.act for step in found.steps] == [
        SendFile(name="a", party="referrer", file=Path("messages/a.xml")),
        SendSpec(name="b", party="clinic", spec=Path("specs/status.toml"), change={"y.z": "$a.msg_id"}, without=("x",)),
        Release(message="a", by="me"),
        Approve(name="question about a", message="a"),
        Discard(message="a", by=SOMEBODY),
        CloseTasks(message="a"),
        Pass(),
    ]
    assert [(step.at.day, step.at.hour) for step in found.steps] == [(2, 8), (2, 9), *[(3, 9)] * 4, (5, 9)]
    assert found.expected == Holdings(tasks=("one",), holds={"clinic": ("two",)})


def test_a_file_beside_the_scenario_comes_before_a_shipped_one(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<a/>")

    found = read(HEAD + SENT + '[[step]]\nspec = "mine.toml"\nfrom = "clinic"\n')

    assert found.steps[0].act == SendFile(name="a", party="referrer", file=tmp_path / "a.xml")
    assert found.steps[1].act == SendSpec(name="mine.toml", party="clinic", spec=tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no toml", "cannot be read"),
        ("", "starts, step, what missing"),
        (HEAD + "other = 1\n" + SENT, "unknown key other"),
        ("what = 1\n", "what should be a str"),
        (HEAD + "step = [1]\n", "step 1 should be a table"),
        (HEAD + '[[step]]\nafter = "x"\n', "step 1: `after` should be a duration"),
        (HEAD + "[[step]]\nafter = 3\n", "step 1: `after` should be a duration"),
        (HEAD + '[[step]]\nat = "x"\n', "step 1: `at` should be a date and a time"),
        (HEAD + '[[step]]\nat = 2026-03-03T09:00:00\nafter = "1h"\n', "both"),
        (HEAD + "[[step]]\nat = 2026-03-01T09:00:00\n", "before the one above"),
        (HEAD + '[[step]]\nby = "me"\n', "should have one of send"),
        (HEAD + '[[step]]\nsend = "a.xml"\nrelease = "b"\n', "should have one of send"),
        (HEAD + '[[step]]\nsend = "a.xml"\n', "`from` is missing"),
        (HEAD + SENT + "to = 1\n", "unknown key to"),
        (HEAD + SENT + SENT, "called a already"),
        (HEAD + SENT + '[[step]]\nrelease = "b"\n', "no step before it is called b"),
        (HEAD + SENT + "[expect]\nother = []\n", "expect: unknown key other"),
        (HEAD + SENT + '[expect]\ntasks = "one"\n', "tasks should be an array of texts"),
        (HEAD + SENT + "[expect]\nholds = []\n", "holds should be a table"),
    ],
)
def test_a_mistake_is_told_with_its_place(read: Read, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as error:
        read(text)

    assert "story.toml" in str(error.value)


def test_holdings_are_read_back_as_they_are_written(read: Read) -> None:
    held = Holdings(holds={"clinic": ('a "b" – \\c',), "nav": ()}, events=("x: y",), timers=("z",))

    assert read(HEAD + SENT + held.text()).expected == Holdings(
        holds={"clinic": ('a "b" – \\c',)}, events=("x: y",), timers=("z",)
    )
