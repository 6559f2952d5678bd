"""The simulated NAV answers by NAV's own checks, and has NAV's ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter import resources
from adapter.check.schema import SchemaSet
from adapter.message.message import Message
from adapter.simulate.script import Script, ScriptError, load_script
from adapter.wire import read, write
from adapter.wire.parse import parse

LoadScript = Callable[[str], Script]
Example = Callable[..., Message]

NAV = 'role = "nav"\nname = "NAV"\n'
ANSWERS = """
[[expect]]
id = "melding"
times = "any"
receipt = "nav"
"""


def _receipts(room: Any) -> list[Message]:
    return [read(data) for name, data in room.sent().items() if "kvittering" in name]


def _errors(receipt: Message) -> list[tuple[str | None, str | None]]:
    assert receipt.receipt is not None
    return [(error.value, error.name) for error in receipt.receipt.errors]


def _to_nav(room: Any, messages: Path, *names: str) -> list[Message]:
    """Deliver messages to NAV, one after the other; return its receipts."""
    for number, name in enumerate(names):
        room.deliver((messages / f"dialogmelding-1.0-nav-{name}.xml").read_bytes(), f"{number}.xml")
        room.actor.step()
    return _receipts(room)


def test_nav_tells_all_its_reasons_at_once_in_its_words(script: LoadScript, room: Any, messages: Path) -> None:
    (receipt,) = _to_nav(room(script(NAV + ANSWERS)), messages, "flere-feil")

    assert SchemaSet.load().validate(parse(write(receipt))) == ()
    assert receipt.version == "1.0"
    assert [error[1] for error in _errors(receipt)][:2] == [
        "Pasientens fødselsnummer/D-nummer er ikke gyldig",
        "Avsenders fødselsnummer/D-nummer er ikke gyldig",
    ]
    assert {error[0] for error in _errors(receipt)} == {"X99"}


def test_nav_takes_what_is_right_and_once_only(script: LoadScript, room: Any, messages: Path) -> None:
    first, again = _to_nav(room(script(NAV + ANSWERS)), messages, "behov-for-tiltak", "samme-innhold")

    assert _errors(first) == []
    assert _errors(again) == [
        (
            "X99",
            (
                "Duplikat! - Dialogmeldingen fra 02-03-2026 09:15 har vi tidligere mottatt den 09-03-2026 09:00. "
                "Skal ikke sendes på nytt."
            ),
        )
    ]


def test_what_was_rejected_is_no_duplicate(script: LoadScript, room: Any, messages: Path) -> None:
    first, again = _to_nav(room(script(NAV + ANSWERS)), messages, "uten-tekst", "uten-tekst")

    assert _errors(first) == _errors(again)
    assert "meldingstekst mangler" in str(_errors(again))


def test_nav_never_answers_what_it_cannot_read(script: LoadScript, room: Any, messages: Path) -> None:
    played = room(script(NAV + ANSWERS))

    assert _to_nav(played, messages, "feil-type") == []
    assert "never answers melding" in played.told


def test_receipts_are_not_answered_and_what_others_at_nav_read_is_taken(
    script: LoadScript, room: Any, messages: Path
) -> None:
    played = room(script(NAV + ANSWERS))
    played.deliver((messages / "apprec-1.1-positiv.xml").read_bytes(), "a.xml")
    played.actor.step()
    assert _receipts(played) == []

    played.deliver((messages / "sykmelding-komplett.xml").read_bytes(), "b.xml")
    played.actor.step()
    assert [_errors(receipt) for receipt in _receipts(played)] == [[]]


def test_the_registers_are_told_by_the_script(script: LoadScript, room: Any, messages: Path) -> None:
    registers = '[nav]\nsuspended = "565501872"\nprofessions = { "565501872" = "SP" }\n'

    (receipt,) = _to_nav(room(script(NAV + registers + ANSWERS)), messages, "behov-for-tiltak")

    assert [error[1] for error in _errors(receipt)] == [
        (
            "Dialogmelding kan ikke rettes, det må skrives en ny. Grunnet følgende:Behandler finnes i HPR men er ikke "
            "lege, kiropraktor, fysioterapeut, manuellterapeut tannlege eller psykolog"
        ),
        "Behandler er suspendert av NAV på konsultasjonstidspunkt",
    ]


def test_a_script_may_name_navs_rules(script: LoadScript, room: Any, messages: Path) -> None:
    text = NAV + '[[expect]]\nid = "melding"\nreceipt = "negative"\nerrors = ["NAV-9f", "NAV-1", "E36"]\n'

    (receipt,) = _to_nav(room(script(text)), messages, "behov-for-tiltak")

    assert [error[1] for error in _errors(receipt)] == [
        "Behandler har ikke gyldig autorisasjon i HPR",
        (
            "Duplikat! - Dialogmeldingen fra 02-03-2026 09:15 har vi tidligere mottatt den 09-03-2026 09:00. "
            "Skal ikke sendes på nytt."
        ),
        "Meldingen er avvist (E36)",
    ]


def test_a_receipt_can_be_odd(room: Any, messages: Path) -> None:
    played = room(load_script(resources.fixtures() / "simulate" / "nav-odd.toml"))

    (receipt,) = _to_nav(played, messages, "behov-for-tiltak")

    (data,) = played.sent().values()
    assert data.count(b'V="2.16.578.1.12.4.1.1.8221" S="X99"') == 2
    assert receipt.sender is not None
    assert receipt.receiver is not None
    assert (receipt.sender.role, receipt.receiver.role) == (None, None)


def test_nav_takes_its_time(script: LoadScript, room: Any, clock: Any, messages: Path) -> None:
    played = room(script(NAV + '[[expect]]\nid = "melding"\nwait = "5s"\nreceipt = "nav"\n'))

    assert _to_nav(played, messages, "behov-for-tiltak") == []
    assert played.actor.missing == ("melding: its answer was not sent",)
    clock.advance(5)
    assert played.actor.step()
    assert len(_receipts(played)) == 1
    assert played.actor.missing == ()


def test_nav_writes_in_local_time_with_nine_decimals_and_in_a_conversation_of_its_own(
    script: LoadScript, room: Any
) -> None:
    played = room(
        script(
            NAV
            + '[[send]]\nid = "spørsmål"\nmessage = "MESSAGES/dialogmelding-1.0-nav-foresporsel.xml"\n'
            + '[[send]]\nid = "purring"\nabout = "spørsmål"\nodd = "reversed references"\n'
            + 'message = "MESSAGES/dialogmelding-1.0-nav-paminnelse.xml"\n'
        )
    )
    played.actor.step()
    played.actor.step()

    data = list(played.sent().values())
    question, reminder = (read(each) for each in data)
    assert question.generated is not None
    assert question.generated.text == "2026-03-09T09:00:00.000000000"
    assert question.conversation is not None
    assert question.conversation.parent == question.conversation.conversation != question.msg_id
    # NAV names the conversation twice, and here in the wrong order
    assert reminder.conversation == question.conversation
    assert data[1].index(b"RefToConversation") < data[1].index(b"RefToParent")
    assert data[0].index(b"RefToParent") < data[0].index(b"RefToConversation")


def test_what_nav_writes_about_a_message_it_met_names_that(script: LoadScript, room: Any, messages: Path) -> None:
    played = room(
        script(
            NAV
            + '[[expect]]\nid = "henvendelse"\n'
            + '[[send]]\nid = "svar"\nabout = "henvendelse"\nmessage = "MESSAGES/dialogmelding-1.0-nav-melding.xml"\n'
        )
    )
    inquiry = read((messages / "dialogmelding-1.0-nav-behov-for-tiltak.xml").read_bytes())
    _to_nav(played, messages, "behov-for-tiltak")
    played.actor.step()

    (sent,) = played.sent().values()
    conversation = read(sent).conversation
    assert conversation is not None
    assert (conversation.parent, conversation.conversation) == (inquiry.msg_id, inquiry.msg_id)


def test_nav_begins_no_conversation_where_its_message_has_none(script: LoadScript, room: Any) -> None:
    played = room(
        script(NAV + '[[send]]\nid = "melding"\nmessage = "MESSAGES/dialogmelding-1.0-nav-behov-for-tiltak.xml"\n')
    )
    played.actor.step()

    (sent,) = played.sent().values()
    assert read(sent).conversation is None


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('[nav]\nsuspendert = ["1"]\n', "nav.suspendert: is no key here"),
        ('[nav]\nenvironment = "live"\n', "nav.environment: must be one of: test, prod"),
        ('[nav]\nprofessions = ["SP"]\n', "nav.professions: must be a table of texts"),
        ("[nav]\nfinds_virus = 1\n", "nav.finds_virus: must be true or false"),
        ('[[expect]]\nid = "x"\nreceipt = "negative"\nerrors = "NAV-99"\n', 'NAV has no words for "NAV-99"'),
        ('[[expect]]\nid = "x"\nreceipt = "negative"\nerrors = "NAV-0"\n', 'NAV has no words for "NAV-0"'),
        ('[[expect]]\nid = "x"\nodd = "no role"\n', "expect 1.odd: belongs to a receipt"),
        ('[[expect]]\nid = "x"\nreceipt = "nav"\nodd = "no rule"\n', 'did you mean "no role"?'),
        ('[[expect]]\nid = "x"\nreceipt = "nav"\nreason = "x"\n', 'belongs to receipt = "negative" only'),
        ('[[send]]\nid = "x"\nfile = "script.toml"\nodd = "reversed references"\n', "send 1.odd: only a message"),
    ],
)
def test_mistakes_in_a_script_for_nav_are_told(script: LoadScript, text: str, mistake: str) -> None:
    with pytest.raises(ScriptError) as told:
        script(NAV + text)

    assert mistake in str(told.value)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[nav]\n", "nav: is for the role nav only"),
        ('[[expect]]\nid = "x"\nreceipt = "nav"\n', 'expect 1.receipt: "nav" is for the role nav only'),
        ('[[expect]]\nid = "x"\nreceipt = "positive"\nodd = "no role"\n', "expect 1.odd: is for the role nav only"),
        ('[[expect]]\nid = "x"\nreceipt = "negative"\nerrors = "NAV-5"\n', "expect 1.errors: NAV's rules are for"),
    ],
)
def test_nobody_else_does_as_nav_does(script: LoadScript, text: str, mistake: str) -> None:
    with pytest.raises(ScriptError) as told:
        script('role = "clinic"\nname = "x"\n' + text)

    assert mistake in str(told.value)


def test_a_table_that_is_none_is_told(script: LoadScript) -> None:
    with pytest.raises(ScriptError, match=r"nav: must be a table"):
        script('nav = "x"\n' + NAV)


@pytest.mark.parametrize("path", sorted((resources.fixtures() / "simulate").glob("*.toml")), ids=lambda path: path.stem)
def test_every_script_of_the_project_is_right(path: Path) -> None:
    assert load_script(path).role in path.stem
