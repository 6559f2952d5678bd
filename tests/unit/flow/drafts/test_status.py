"""Status på henvisning: HIS 1206, and scenarios 1, 11 and 12."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapter.flow.drafts.frame import CannotBeWritten, Writing, copy_addresses, party_of
from adapter.flow.drafts.status import APPEAL, STATUSES, Assessed, status
from adapter.message import Message
from adapter.partner.register import Partner

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
REFERRAL = "henvisning-1.1-komplett"
GP = Partner(id="gp", role="referrer", name="Fastlegen", her_ids=("8990201",), parent_her_id="8990200", channel="gp")
Example = Callable[[str], Message]
Findings = Callable[..., list[Any]]


@pytest.fixture
def write_status(example: Example, author: Any) -> Callable[..., Message]:
    def make(code: str, *, about: str | Message = REFERRAL, **told: Any) -> Message:
        message = example(about) if isinstance(about, str) else about
        references = {name: told.pop(name) for name in ("previous", "copies") if name in told}
        writing = Writing(about=message, sender=message.receiver, author=author, now=NOW)
        return status(writing, code, Assessed(**told), **references)

    return make


@pytest.mark.parametrize("about", [REFERRAL, "henvisning-2.0-komplett", "henvisning-1.0-komplett"])
@pytest.mark.parametrize("code", STATUSES)
def test_every_status_can_be_sent_as_it_stands(
    write_status: Callable[..., Message], findings: Findings, code: str, about: str
) -> None:
    message = write_status(code, about=about, text="Vurdert av teamet.", place="Poliklinikken")

    assert findings(message) == []
    assert (message.type_code, message.version) == ("DIALOG_STATUS_HENVISNING", "1.1")
    (note,) = message.dialogmelding.notater
    assert (note.theme.list_number, note.theme.value, note.theme.name) == ("9148", code, STATUSES[code])
    (role,) = note.roles
    assert (role.role_to_patient.value, role.person.name, role.person.telecoms[0].address) == (
        "21",
        "Rolig Skog",
        "tel:77000003",
    )


def test_the_first_status_answers_the_referral_and_names_its_patient(
    write_status: Callable[..., Message], example: Example
) -> None:
    message, referral = write_status("2"), example(REFERRAL)

    assert (message.conversation.parent, message.conversation.conversation) == (referral.msg_id, referral.msg_id)
    assert message.receiver.her_ids() == ("8990200", "8990201")
    assert message.sender.her_ids() == ("8990100", "8990101")
    assert (message.patient.family_name, message.patient.identified_by("FNR")) == ("Blomst", "14838400052")


def test_a_later_status_answers_the_one_before(write_status: Callable[..., Message], example: Example) -> None:
    message = write_status("1", previous="11111111-1111-4111-8111-111111111111")

    assert message.conversation.parent == "11111111-1111-4111-8111-111111111111"
    assert message.conversation.conversation == example(REFERRAL).msg_id


def test_after_a_forwarding_the_conversation_is_still_the_originals(
    write_status: Callable[..., Message], example: Example
) -> None:
    """Official example of HIS 1206: the forwarding is the parent, the original referral the conversation."""
    original = example("henvisning-2.0-komplett")
    forwarded = replace(
        example("henvisning-2.0-endring"), msg_id="22222222-2222-4222-8222-222222222222"
    )  # a later message of the same conversation

    message = write_status("1", about=forwarded)

    assert message.conversation.parent == forwarded.msg_id
    assert message.conversation.conversation == original.msg_id


@pytest.mark.parametrize(
    ("code", "told", "said"),
    [
        ("1", {}, "Henvisningen er vurdert. Pasienten innkalles til helsehjelp."),
        (
            "1",
            {"text": "Velkommen.", "appointment": NOW, "place": "Poliklinikken"},
            "Velkommen.\r\n\r\nTid: 04.03.2026 kl. 11.30\r\nSted: Poliklinikken",
        ),
        (
            "2",
            {"seniority": date(2026, 3, 2), "deadline": date(2026, 6, 1)},
            (
                "Henvisningen er vurdert. Pasienten har rett til helsehjelp. Tidspunkt kommer."
                "\r\n\r\nAnsiennitetsdato: 02.03.2026\r\nFrist for nødvendig helsehjelp: 01.06.2026"
            ),
        ),
        ("3", {"place": "Rehab Nord"}, "Henvisningen er videresendt til Rehab Nord."),
        ("3", {"place": "Nord", "text": "De har plass."}, "Henvisningen er videresendt til Nord.\r\n\r\nDe har plass."),
        ("4", {"text": "Annet tilbud."}, f"Annet tilbud.\r\n\r\n{APPEAL}"),
        ("4", {"text": "Annet. Klagefrist: tre uker."}, "Annet. Klagefrist: tre uker."),
    ],
)
def test_the_text_holds_what_the_code_demands(
    write_status: Callable[..., Message], code: str, told: dict[str, Any], said: str
) -> None:
    assert write_status(code, **told).dialogmelding.notater[0].text.text == said


@pytest.mark.parametrize("code", ["3", "4"])
def test_a_reason_and_a_place_are_never_made_up(write_status: Callable[..., Message], code: str) -> None:
    assert write_status(code).dialogmelding.notater[0].text is None


@pytest.mark.parametrize(
    ("code", "about", "said"),
    [
        ("5", REFERRAL, "no status 5"),
        ("1", "dialogmelding-1.1-helsefaglig-sporsmal", "about a referral"),
        ("1", "henvisning-1.1-oyeblikkelig-hjelp", "immediate help"),
    ],
)
def test_where_the_standard_has_no_status_none_is_written(
    write_status: Callable[..., Message], code: str, about: str, said: str
) -> None:
    with pytest.raises(CannotBeWritten, match=said):
        write_status(code, about=about)


def test_the_gp_gets_a_copy_where_another_person_referred(
    write_status: Callable[..., Message], example: Example, findings: Findings
) -> None:
    message = write_status("2", copies=[party_of(GP)])

    (copy,) = message.other_receivers
    assert (copy.role.value, copy.her_ids()) == ("COP", ("8990200", "8990201"))
    assert findings(message) == []
    assert copy_addresses(example(REFERRAL)) == ()


def test_a_gp_who_has_an_address_and_did_not_refer_is_told(example: Example) -> None:
    message = example("henvisning-2.0-komplett")
    referral = message.henvisning
    (gp,) = [contact for contact in referral.contacts if contact.person.role_to_patient.value == "6"]
    her = replace(gp.person.identifiers[0], value="8990299", kind=replace(gp.person.identifiers[0].kind, value="HER"))
    changed = replace(referral, contacts=(replace(gp, person=replace(gp.person, identifiers=(her,))),))
    (first, *others) = message.documents
    told = replace(message, documents=(replace(first, content=(changed,)), *others))

    assert copy_addresses(told) == ("8990299",)
    assert copy_addresses(example("dialogmelding-1.0-nav-foresporsel")) == ()
