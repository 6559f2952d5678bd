"""What people change in a draft, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapter.check.codelists import CodeLists
from adapter.flow.drafts import nav
from adapter.flow.drafts.author import author_of
from adapter.flow.drafts.changes import dated, missing_in, signed_by, with_text
from adapter.flow.drafts.deviation import deviation
from adapter.flow.drafts.forwarding import Passing, forwarding
from adapter.flow.drafts.frame import CannotBeWritten, Writing, party_of
from adapter.flow.drafts.question import question
from adapter.flow.drafts.status import APPEAL, Assessed, status
from adapter.message import Dialogmelding, HealthcareProfessional, Message, coded
from adapter.partner.register import Partner

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
TO = Partner(id="rehab", role="clinic", name="Rehab Nord", her_ids=("8990401",), parent_her_id="8990400", channel="x")
Example = Callable[[str], Message]
Drafts = dict[str, Message]


def doctor(**changes: Any) -> HealthcareProfessional:
    told = {"name": "Stille Elv", "profession": "LE", "hpr": "1234567", "phone": "77000009", **changes}
    return author_of(**told, name_of=CodeLists.load().name_of)


@pytest.fixture
def drafts(example: Example) -> Drafts:
    """Return one draft of each kind that nobody has signed and that says nothing."""
    referral, request = example("henvisning-1.1-komplett"), example("dialogmelding-1.0-nav-foresporsel")
    clinic = Writing(about=referral, sender=referral.receiver, now=NOW)
    gp = Writing(about=request, sender=request.receiver, now=NOW)
    return {
        "question": question(clinic, []),
        "called in": status(clinic, "1", Assessed()),
        "declined": status(clinic, "4", Assessed()),
        "deviation": deviation(clinic, "1", ""),
        "answer": nav.answer(gp),
        "forwarding": forwarding(clinic, party_of(TO), Passing(dates={"1": date(2026, 3, 2)}, original=b"%PDF-")),
    }


def meeting(draft: Message, code: str) -> Message:
    (note,) = draft.dialogmelding.notater
    content = Dialogmelding(version="1.0", notater=(replace(note, theme=coded(8126, code)),))
    return replace(draft, documents=(replace(draft.documents[0], content=(content,)),))


def test_a_draft_tells_what_it_lacks(drafts: Drafts) -> None:
    assert {name: missing_in(draft) for name, draft in drafts.items()} == {
        "question": ("text", "as"),
        "called in": ("as",),
        "declined": ("text", "as"),
        "deviation": ("text", "as"),
        "answer": ("text",),
        "forwarding": (),
    }
    lacks = [missing_in(meeting(drafts["answer"], code)) for code in ("1", "2", "3")]
    assert lacks == [(), (), ("text",)]


@pytest.mark.parametrize("name", ["question", "called in", "declined", "deviation", "answer", "forwarding"])
def test_a_draft_with_words_and_author_lacks_nothing_and_can_be_sent(
    drafts: Drafts, findings: Callable[..., Any], name: str
) -> None:
    draft = signed_by(with_text(drafts[name], " Ord fra en person.\n"), doctor())

    assert missing_in(draft) == ()
    assert findings(draft) == []
    assert draft.msg_id == drafts[name].msg_id


def test_the_words_stand_where_the_kind_has_them(drafts: Drafts) -> None:
    def text(name: str) -> str:
        return with_text(drafts[name], "En\nto ").dialogmelding.notater[0].text.text

    assert text("question") == "En\r\nto"
    assert text("declined") == f"En\r\nto\r\n\r\n{APPEAL}"
    assert with_text(drafts["answer"], "En").dialogmelding.notater[0].text.is_typed
    assert with_text(drafts["forwarding"], "En").henvisning.request_comment == "En"
    assert with_text(drafts["forwarding"], " ").henvisning.request_comment is None
    assert with_text(with_text(drafts["question"], "En"), "").dialogmelding.notater[0].text is None


def test_an_avvik_names_no_other_patient_after_a_change_either(drafts: Drafts) -> None:
    with pytest.raises(CannotBeWritten, match="another person"):
        with_text(drafts["deviation"], "Gjelder 02917100171.")


def test_another_author_takes_the_place_of_the_first(drafts: Drafts) -> None:
    once = signed_by(drafts["called in"], doctor())
    twice = signed_by(once, doctor(name="Grønn Vits"))

    (role,) = twice.dialogmelding.notater[0].roles
    assert (role.person.name, role.role_to_patient.value, role.role) == ("Grønn Vits", "21", None)
    forwarded = signed_by(signed_by(drafts["forwarding"], doctor()), doctor(name="Grønn Vits"))
    assert [person.name for person in forwarded.henvisning.professionals("ARP")] == ["Grønn Vits"]
    assert len(forwarded.henvisning.professionals("HHE")) == 1


def test_an_author_to_nav_is_the_sender_too(drafts: Drafts) -> None:
    draft = signed_by(drafts["answer"], doctor(name="Grønn Vits"))

    (role,) = draft.dialogmelding.notater[0].roles
    assert (role.role.value, role.role_to_patient) == ("1", None)
    (person,) = draft.sender.organisation.people
    assert (person.name, person.identified_by("HER"), person.identified_by("HPR")) == (
        "Grønn Vits",
        "8990201",
        "1234567",
    )


def test_a_draft_is_dated_when_somebody_lets_it_go(drafts: Drafts) -> None:
    sent = dated(drafts["called in"], LATER)
    assert sent.generated.instant == LATER
    assert sent.documents[0].issued.text == sent.dialogmelding.notater[0].date.text == "2026-03-06"

    forwarded = dated(drafts["forwarding"], LATER)
    assert forwarded.henvisning.issued.instant == LATER
    assert forwarded.documents[1:] == drafts["forwarding"].documents[1:]


def test_a_message_without_note_is_left_as_it_is(drafts: Drafts) -> None:
    bare = replace(drafts["question"], documents=(replace(drafts["question"].documents[0], content=()),))

    assert with_text(bare, "En") == bare
    assert missing_in(bare) == ()


def test_an_author_is_read_from_what_people_write() -> None:
    named = doctor(name="Elv, Stille", profession="FT Fysioterapeut", hpr=None, phone="+47 77 00 00 09")
    assert (named.family_name, named.given_name) == ("Elv", "Stille")
    assert (named.profession.value, named.profession.name) == ("FT", "Fysioterapeut")
    assert (named.identifiers, named.telecoms[0].address) == ((), "tel:+47 77 00 00 09")

    bare = doctor(name="Elv", profession=None, hpr=None, phone=" ")
    assert (bare.profession, bare.telecoms, bare.name) == (None, (), "Elv")
