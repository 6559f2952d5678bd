from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapter.message.message import Message
from adapter.simulate.script import Script
from adapter.wire import read, write

Load = Callable[[str], Script]
Build = Callable[[Script], Any]
Example = Callable[..., Message]

CLINIC = """
role = "clinic"
name = "EPJ"
[[expect]]
id = "henvisning"
type = "HENVISNING"
receipt = "positive"
ask = "MESSAGES/dialogmelding-1.1-helsefaglig-sporsmal.xml"
as = "spørsmål"
"""

REFERRER = """
role = "referrer"
name = "EPJ"
[[send]]
id = "henvisning"
message = "MESSAGES/henvisning-1.1-komplett.xml"
[[send]]
id = "en gang til"
repeat = "henvisning"
wait = "2s"
[[send]]
id = "skannet/ark"
file = "MESSAGES/../specs/attachments/funksjonsvurdering.pdf"
"""


def test_a_party_answers_and_asks_about_what_it_gets(script: Load, room: Build, example: Example) -> None:
    played = room(script(CLINIC))
    referral = example("henvisning-1.1-komplett")
    played.deliver(write(referral))

    assert played.actor.step()
    receipt, question = map(read, played.sent().values())
    assert list(played.sent()) == ["01-kvittering-på-henvisning.xml", "02-spørsmål.xml"]
    assert receipt.receipt is not None
    assert receipt.receipt.is_positive
    assert question.conversation is not None
    assert (question.conversation.parent, question.conversation.conversation) == (referral.msg_id, referral.msg_id)
    assert played.actor.missing == ()
    assert [path.name for path in played.kept.iterdir()] == ["message.xml"]
    assert not list(played.inbox.iterdir())
    assert not played.actor.step()


def test_a_party_sends_of_its_own_accord_the_same_bytes_twice_and_garbage(
    script: Load, room: Build, clock: Any, messages: Path
) -> None:
    played = room(script(REFERRER))
    played.actor.step()
    assert list(played.sent()) == ["01-henvisning.xml", "02-skannet-ark.pdf"]
    assert played.actor.missing == ("en gang til: was not sent",)
    clock.advance(2)
    played.actor.step()

    sent = played.sent()
    assert sent["03-en-gang-til.xml"] == sent["01-henvisning.xml"]
    assert sent["02-skannet-ark.pdf"] == (messages.parent / "specs/attachments/funksjonsvurdering.pdf").read_bytes()
    assert (
        read(sent["01-henvisning.xml"]).msg_id != read((messages / "henvisning-1.1-komplett.xml").read_bytes()).msg_id
    )
    assert played.actor.missing == ()


def test_an_answer_can_be_waited_for_and_referred_to(script: Load, room: Build, example: Example) -> None:
    played = room(
        script(
            """
            role = "referrer"
            name = "EPJ"
            [[expect]]
            id = "question"
            type = "DIALOG_FORESPORSEL"
            answer = "MESSAGES/dialogmelding-1.0-svar.xml"
            as = "answer"
            [[send]]
            id = "more"
            about = "answer"
            message = "MESSAGES/dialogmelding-1.1-helsefaglig-svar.xml"
            """
        )
    )
    asked = example("dialogmelding-1.0-foresporsel", conversation=None)
    played.deliver(write(asked))
    played.actor.step()
    answer, more = map(read, played.sent().values())

    assert answer.dialogmelding is not None
    assert asked.dialogmelding is not None
    assert answer.dialogmelding.notater[0].foresporsel == asked.dialogmelding.foresporsler[0]
    assert more.conversation is not None
    assert (more.conversation.parent, more.conversation.conversation) == (answer.msg_id, asked.msg_id)


def test_what_the_script_does_not_know_is_told_and_kept(script: Load, room: Build, example: Example) -> None:
    played = room(script(CLINIC))
    played.deliver(write(example("apprec-1.1-positiv")), "a.xml")
    played.deliver(b"%PDF-1.7", "b.pdf")
    played.actor.step()

    assert played.actor.missing == (
        "henvisning: came 0 of 1 times",
        "not expected: APPREC 1.1 status 1",
        "not expected: unreadable file (FORM-01)",
    )
    assert sorted(path.name for path in played.kept.iterdir()) == ["a.xml", "b.pdf"]
    assert played.sent() == {}


def test_a_file_that_comes_twice_is_kept_twice(script: Load, room: Build, example: Example) -> None:
    played = room(script(CLINIC))
    for _ in range(3):
        played.deliver(write(example("henvisning-1.1-komplett")))
        played.actor.step()

    assert sorted(path.name for path in played.kept.iterdir()) == ["message.xml", "message.xml.2", "message.xml.3"]
    assert played.actor.missing == ("not expected: HENVISNING 1.1", "not expected: HENVISNING 1.1")


def test_unfinished_files_are_left_alone(script: Load, room: Build) -> None:
    played = room(script(CLINIC))
    for name in (".message.xml.staged", "message.tmp"):
        played.deliver(b"<half", name)

    assert not played.actor.step()
    assert len(list(played.inbox.iterdir())) == 2


def test_nothing_a_party_tells_names_a_person(script: Load, room: Build, example: Example) -> None:
    played = room(script(CLINIC))
    referral = example("henvisning-1.1-komplett")
    played.deliver(write(referral), f"{referral.patient.name if referral.patient else ''}.xml")
    played.actor.step()

    assert played.told == [
        "received henvisning: HENVISNING 1.1",
        f"sent kvittering på henvisning: {len(played.sent()['01-kvittering-på-henvisning.xml'])} bytes",
        f"sent spørsmål: {len(played.sent()['02-spørsmål.xml'])} bytes",
    ]


def test_a_run_ends_when_nothing_happens(script: Load, room: Build) -> None:
    played = room(script(CLINIC))
    played.actor.run(threading.Event(), until_idle=timedelta(milliseconds=150))

    assert played.actor.missing == ("henvisning: came 0 of 1 times",)


def test_a_run_ends_after_its_time_even_if_it_waits_to_send(script: Load, room: Build) -> None:
    played = room(script(REFERRER))
    # its clock stands still, so the second one is never due
    played.actor.run(threading.Event(), until_idle=timedelta(), length=timedelta(milliseconds=250))

    assert len(played.sent()) == 2
    assert played.actor.missing == ("en gang til: was not sent",)


def test_a_run_that_is_told_to_stop_does_nothing_more(script: Load, room: Build) -> None:
    played = room(script(REFERRER))
    stop = threading.Event()
    stop.set()
    played.actor.run(stop)

    assert played.sent() == {}
