"""How parties behave badly, when they act, and that every script at hand has something to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapter import resources
from adapter.message.message import ConversationRef, Message
from adapter.simulate.actor import engage
from adapter.simulate.compose import compose
from adapter.simulate.script import Script, ScriptError, load_script
from adapter.wire import write
from adapter.wire.spec import new_uuid

Load = Callable[[str], Script]
Build = Callable[[Script], Any]
Example = Callable[..., Message]

BEGUN = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)

CLINIC = """
role = "clinic"
name = "EPJ"
[[expect]]
id = "henvisning"
receipt = "positive"
odd = ["twice", "cut off"]
wait = "5s"
"""


def test_a_careless_system_sends_twice_what_breaks_off(script: Load, room: Build, example: Example, clock: Any) -> None:
    played = room(script(CLINIC))
    played.deliver(write(example("henvisning-1.1-komplett")))
    played.actor.step()

    assert played.actor.next_due == clock.now + timedelta(seconds=5)
    clock.advance(5)
    played.actor.step()

    first, second = played.sent().values()
    assert first == second
    assert not first.rstrip().endswith(b">")
    assert played.actor.next_due is None


def test_an_actor_knows_when_it_sends_next(script: Load, room: Build, clock: Any) -> None:
    sends = (
        '[[send]]\nid = "late"\nmessage = "MESSAGES/henvisning-1.1-komplett.xml"\nwait = "1h"\n'
        '[[send]]\nid = "never"\nmessage = "MESSAGES/henvisning-1.1-komplett.xml"\nafter = "answer"\n'
        '[[expect]]\nid = "answer"\n'
    )
    actor = room(script(f'role = "referrer"\nname = "EPJ"\n{sends}')).actor

    assert actor.next_due == clock.now + timedelta(hours=1)
    clock.advance(3600)
    assert actor.step()
    assert actor.next_due is None


def test_only_nav_is_as_odd_as_nav(script: Load) -> None:
    with pytest.raises(ScriptError, match="odd: is for the role nav only"):
        script(CLINIC.replace('"twice", "cut off"', '"swapped code"'))


@pytest.mark.parametrize("path", sorted((resources.fixtures() / "simulate").glob("*.toml")), ids=lambda path: path.stem)
def test_what_a_script_at_hand_sends_can_be_written(path: Path) -> None:
    script = load_script(path)
    about = ConversationRef(parent="a", conversation="b")
    replies = [
        compose(expect.reply.message, about=about, now=BEGUN, new_id=new_uuid)
        for expect in script.expects
        if expect.reply
    ]
    sends = [compose(send.message, now=BEGUN, new_id=new_uuid) for send in script.sends if send.message]

    assert all(write(message) for message in (*replies, *sends))
    assert all(message.conversation == about for message in replies)


def test_an_actor_of_a_scenario_is_on_its_clock(tmp_path: Path, clock: Any) -> None:
    for name in ("inbox", "sent", "read"):
        (tmp_path / name).mkdir()

    actor = engage(
        resources.fixtures() / "simulate" / "referrer.toml", tmp_path / "inbox", tmp_path / "sent", clock, new_uuid
    )

    assert actor.next_due == clock.now
    assert actor.step()
    assert [path.name for path in (tmp_path / "sent").iterdir()] == ["01-henvisning.xml"]
