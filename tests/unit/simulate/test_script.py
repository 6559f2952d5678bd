from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapter import resources
from adapter.message.message import Kind
from adapter.simulate.script import EXPECT_KEYS, ROLES, SEND_KEYS, Acknowledge, Expect, Script, ScriptError, load_script

Load = Callable[[str], Script]

SCRIPTS = resources.fixtures() / "simulate"

HEAD = 'role = "referrer"\nname = "EPJ"\n'


def test_a_script_becomes_values(script: Load, messages: Path) -> None:
    read = script(
        HEAD
        + """
        her_id = "8990201"
        [[send]]
        id = "first"
        message = "MESSAGES/henvisning-1.1-komplett.xml"
        [[send]]
        id = "again"
        repeat = "first"
        after = "receipt"
        wait = "2s"
        [[expect]]
        id = "receipt"
        kind = "apprec"
        status = "2"
        error = "E36"
        about = "first"
        [[expect]]
        id = "question"
        type = "DIALOG_HELSEFAGLIG"
        theme = "7322:6"
        times = "any"
        receipt = "negative"
        errors = ["T02", "X99"]
        reason = "Kan ikke leses"
        answer = "MESSAGES/dialogmelding-1.1-helsefaglig-svar.xml"
        as = "answer"
        """
    )

    assert (read.role, read.name, read.her_id) == ("referrer", "EPJ", "8990201")
    first, again = read.sends
    assert first.message == messages / "henvisning-1.1-komplett.xml"
    assert again.conditions == ("receipt", "first")
    assert again.wait == timedelta(seconds=2)
    receipt, question = read.expects
    assert receipt == Expect(id="receipt", kind=Kind.APPREC, status="2", error="E36", about="first")
    assert question.times is None
    assert question.receipt == Acknowledge(is_positive=False, errors=("T02", "X99"), reason="Kan ikke leses")
    assert question.reply is not None
    assert (question.reply.id, question.reply.is_answer) == ("answer", True)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_script_of_its_own(role: str) -> None:
    assert load_script(SCRIPTS / f"{role}.toml").role == role


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.toml")), ids=lambda path: path.stem)
def test_no_script_at_hand_has_a_mistake(path: Path) -> None:
    assert path.stem.partition("-")[0] == load_script(path).role


def test_every_key_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "simulate.md").read_text("utf-8")

    assert [key for key in sorted(SEND_KEYS | EXPECT_KEYS) if f"`{key}`" not in page] == []


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["role: is required", "name: is required"]),
        ('role = "doctor"\nname = ""', ["role: must be one of: referrer, clinic, nav", "name: must be a text"]),
        (HEAD + "[[sends]]", ['sends: is no key here; did you mean "send"?']),
        (HEAD + 'send = "x"', ["send: must be tables, each headed [[send]]"]),
        (HEAD + '[[send]]\nid = "a"', ["send 1: needs exactly one of message, file and repeat"]),
        (HEAD + '[[send]]\nid = "a"\nrepeat = "b"', ['send 1.repeat: nothing else has the id "b"']),
        (HEAD + '[[send]]\nid = "a"\nrepeat = "a"', ['send 1.repeat: nothing else has the id "a"']),
        (HEAD + '[[send]]\nid = "a"\nfile = "no.xml"', ["send 1.file: there is no file no.xml beside the script"]),
        (
            HEAD + '[[send]]\nid = "a"\nfile = "script.toml"\nabout = "b"\n[[expect]]\nid = "b"',
            ["send 1.about: only a message can refer to another one"],
        ),
        (
            HEAD + '[[send]]\nid = "a"\nfile = "script.toml"\nafter = [1]\nwait = "soon"',
            ["send 1.after: must be a text in quotes, or an array of such", 'send 1.wait: "soon" is no duration'],
        ),
        (HEAD + '[[expect]]\nid = "a"\n[[expect]]\nid = "a"', ['id "a" is given twice']),
        (HEAD + '[[expect]]\nid = "a"\nabout = "questoin"', ["expect 1.about: nothing else has the id"]),
        (HEAD + '[[expect]]\nid = "a"\ntimes = 0', ['expect 1.times: must be a whole number from 1, or "any"']),
        (HEAD + '[[expect]]\nid = "a"\nkind = "letter"', ["expect 1.kind: must be one of: henvisning"]),
        (HEAD + '[[expect]]\nid = "a"\nreceipt = "negative"', ["expect 1.errors: a negative receipt needs"]),
        (HEAD + '[[expect]]\nid = "a"\nerrors = "E36"', ['expect 1.errors: belongs to receipt = "negative" only']),
        (HEAD + '[[expect]]\nid = "a"\nask = "script.toml"', ["expect 1.as: is required"]),
        (HEAD + '[[expect]]\nid = "a"\nas = "b"', ["expect 1.as: names what ask or answer sends"]),
        (
            HEAD + '[[expect]]\nid = "a"\nask = "script.toml"\nanswer = "script.toml"\nas = "b"',
            ["expect 1.answer: either ask or answer, not both"],
        ),
    ],
)
def test_every_mistake_is_told_by_its_key(script: Load, text: str, mistakes: list[str]) -> None:
    with pytest.raises(ScriptError) as raised:
        script(text)

    told = [line.strip() for line in str(raised.value).splitlines()[1:]]
    assert len(told) == len(mistakes)
    assert all(line.startswith(mistake) for line, mistake in zip(told, mistakes, strict=True))


def test_a_script_that_is_not_there_or_no_toml_is_a_mistake(script: Load, tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="cannot be read: No such file"):
        load_script(tmp_path / "none.toml")
    with pytest.raises(ScriptError, match="is no valid TOML"):
        script("role =")
