"""Viderehenvisning: HIS 1208, and what of the older versions Henvisning 2.0 has a place for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapter.check.facts import facts_of
from adapter.flow.drafts.content import modern, patient_of
from adapter.flow.drafts.forwarding import Passing, Rights, forwarding
from adapter.flow.drafts.frame import CannotBeWritten, Writing, party_of
from adapter.message import Address, Code, Henvisning, Identifier, Message, Moment, Organisation, Party, Person, coded
from adapter.message import HealthcareProfessional as Professional
from adapter.message.code import Quantity
from adapter.message.henvisning import (
    AssistedCommunication,
    CareRelation,
    Comment,
    Consent,
    DateResult,
    Examination,
    InformationItem,
    Institution,
    Kinship,
    Medication,
    Observation,
    Pathway,
    Precaution,
    Relative,
    RequestedService,
    ResultItem,
    Service,
)
from adapter.partner.register import Partner

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
PDF = b"%PDF-1.4 original"
TO = Partner(id="rehab", role="clinic", name="Rehab Nord", her_ids=("8990401",), parent_her_id="8990400", channel="x")
Example = Callable[[str], Message]
Findings = Callable[..., list[Any]]


def passing(**changes: Any) -> Passing:
    return Passing(**{"dates": {"1": date(2026, 3, 2)}, "original": PDF, **changes})


@pytest.fixture
def forward(example: Example, author: Any) -> Callable[..., Message]:
    def make(about: str | Message = "henvisning-1.1-komplett", **changes: Any) -> Message:
        message = example(about) if isinstance(about, str) else about
        pen = Writing(about=message, sender=message.receiver, author=author, now=NOW)
        return forwarding(pen, party_of(TO), passing(**changes))

    return make


def holding(message: Message, **changes: Any) -> Message:
    """Return a referral with other content."""
    (first, *others) = message.documents
    return replace(message, documents=(replace(first, content=(replace(message.henvisning, **changes),)), *others))


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_a_forwarding_of_every_version_can_be_sent_as_it_stands(
    forward: Callable[..., Message], example: Example, findings: Findings, version: str
) -> None:
    original = example(f"henvisning-{version}-komplett")
    message = forward(original)

    assert findings(message, "amo") == []
    assert (message.type_code, message.version) == ("HENVISNING_VIDERE", "2.0")
    assert message.receiver.her_ids() == ("8990400", "8990401")
    assert message.other_receivers == ()
    before, after = original.henvisning, message.henvisning
    assert message.conversation.parent == message.conversation.conversation
    assert message.conversation.parent == (before.document_id if version == "1.0" else original.msg_id)
    assert after.document_id not in {before.document_id, original.msg_id, message.msg_id}
    assert [reason.text for reason in after.reasons] == [reason.text for reason in before.reasons]
    assert after.diagnoses == before.diagnoses
    assert len(after.information) == len(before.information)
    for relation in ("HHE", "FLE"):
        assert [person.name for person in after.professionals(relation)] == ["Grønn Vits"]
        assert [person.identified_by("HPR") for person in after.professionals(relation)] == ["565501872"]
    assert [person.name for person in after.professionals("ARP")] == ["Rolig Skog"]
    told, meant = facts_of(message, after), facts_of(original, before)
    assert (told.problem, told.sick_leave, told.earlier) == (meant.problem, meant.sick_leave, meant.earlier)
    assert told.has_patient_phone


def test_the_seniority_is_always_there_and_the_original_too(forward: Callable[..., Message]) -> None:
    message = forward()

    (day,) = message.henvisning.assessment.dates
    assert (day.kind.list_number, day.kind.value, day.kind.name) == ("9147", "1", "Ansiennitetsdato")
    assert (day.date, message.henvisning.assessment.outcome) == (Moment("2026-03-02"), None)
    original, *others = message.attachments
    assert (original.description, original.mime_type) == ("Opprinnelig henvisning", "application/pdf")
    assert original.content[0].decode() == PDF
    assert [document.description for document in others] == ["funksjonsvurdering"]
    with pytest.raises(CannotBeWritten, match="Ansiennitetsdato"):
        forward(dates={})


def test_rights_that_were_assessed_go_on(forward: Callable[..., Message], findings: Findings) -> None:
    rights = Rights(outcome=coded(8485, "2", "Behandling"), is_entitled=False, waiting_end=coded(8445, "3", "Henvist"))
    pathway = Pathway(code=coded(8480, "A16A", "Prostatakreft; Start pakkeforløp"))
    first = forward(
        rights=rights, dates={"1": date(2026, 3, 2), "4": date(2026, 3, 4)}, pathways=(pathway,), text="Dere har plass."
    )

    assert findings(first) == []
    told = first.henvisning
    assert told.request_comment.startswith("Dere har plass.\r\n\r\n")
    assert [day.kind.value for day in told.assessment.dates] == ["1", "4"]
    outcome = told.assessment.outcome
    assert (outcome.has_right, outcome.waiting_end.value, outcome.outcome.value) == ("false", "3", "2")
    assert told.pathways == (pathway,)

    again = forward(first, dates={"2": date(2026, 3, 5)}, rights=replace(rights, waiting_end=None))
    assert [day.kind.value for day in again.henvisning.assessment.dates] == ["1", "2", "4"]
    assert again.henvisning.assessment.outcome == outcome
    assert again.henvisning.pathways == (pathway,)
    assert again.conversation.conversation == first.conversation.conversation
    assert again.conversation.parent == first.msg_id


def test_a_waiting_that_ended_needs_its_reason(forward: Callable[..., Message]) -> None:
    with pytest.raises(CannotBeWritten, match="needs a code for why"):
        forward(dates={"1": date(2026, 3, 2), "4": date(2026, 3, 4)})


def test_only_a_referral_that_stands_goes_on(forward: Callable[..., Message]) -> None:
    for about in ("henvisning-1.1-kansellering", "dialogmelding-1.1-helsefaglig-sporsmal"):
        with pytest.raises(CannotBeWritten, match="referral that stands"):
            forward(about)


def test_only_documents_that_every_receiver_can_show_go_on(forward: Callable[..., Message]) -> None:
    assert len(forward("henvisning-1.1-vedlegg-pdf-og-png").attachments) == 3
    assert len(forward("henvisning-1.1-vedlegg-ukjent-type").attachments) == 1


def related(relation: str, **holder: Any) -> CareRelation:
    return CareRelation(relation=Code(relation), party=Party(**holder))


def number(value: str, kind: str = "HER") -> tuple[Identifier, ...]:
    return (Identifier(value, Code(kind)),)


def test_a_wished_place_is_kept_by_number_or_by_name(
    forward: Callable[..., Message], example: Example, findings: Findings
) -> None:
    """Fritt valg is clinical content, never the address (table C.3, S2.7)."""
    wishes = (
        related("OES", organisation=Organisation(name="Sykehus Sør", identifiers=number("8990500"))),
        related("OES", organisation=Organisation(name="Kurbadet")),
        related("OEB", person=Professional(full_name="Stille Elv", identifiers=number("565501872", "HPR"))),
        related("OEB", person=Professional(full_name="Ukjent Dal")),
    )
    before = example("henvisning-1.1-komplett")
    message = forward(holding(before, care_relations=(*before.henvisning.care_relations, *wishes)))

    assert findings(message) == []
    (unit,) = message.henvisning.units
    assert (unit.organisation.name, unit.organisation.her_id, unit.note) == (
        "Sykehus Sør",
        "8990500",
        "Ønsket behandlingssted",
    )
    assert [(contact.person.name, contact.person.role_to_patient.value) for contact in message.henvisning.contacts] == [
        ("Grønn Vits", "6"),
        ("Stille Elv", "23"),
    ]
    assert "Ønsket behandlingssted: Kurbadet" in message.henvisning.request_comment
    assert "Ukjent Dal" in message.henvisning.request_comment


def test_a_referrer_without_number_is_reached_where_the_referral_came_from(
    forward: Callable[..., Message], example: Example
) -> None:
    before = example("henvisning-1.1-komplett")
    relations = (related("HHE", person=Professional(full_name="Vits, Grønn")), related("FLE", person=Professional()))
    message = forward(holding(before, care_relations=relations))

    (referrer,) = message.henvisning.professionals("HHE")
    assert (referrer.name, referrer.identified_by("HER")) == ("Grønn Vits", "8990201")
    assert message.henvisning.professionals("FLE") == ()


@pytest.mark.parametrize(
    ("priority", "new", "words"),
    [
        (Code("N", "Elektiv"), "N", None),
        (Code("14", "Innen to uker"), "3", "Hastegrad i den opprinnelige henvisningen: Innen to uker"),
        (Code("2H", "Innen to timer"), "0", "Hastegrad i den opprinnelige henvisningen: Innen to timer"),
        (Code("360", "Innen tolv måneder"), "N", "Hastegrad i den opprinnelige henvisningen: Innen tolv måneder"),
        (None, "N", None),
    ],
)
def test_a_priority_of_the_old_list_keeps_its_words(
    example: Example, priority: Code | None, new: str, words: str | None
) -> None:
    message = example("henvisning-1.1-komplett")
    old = replace(message.henvisning, requested=RequestedService(priority=priority))

    requested = modern(message, old).requested

    assert (requested.priority.value, requested.comment) == (new, words)


def test_a_referral_that_asks_for_nothing_by_code_is_elective(example: Example) -> None:
    message = example("henvisning-1.1-komplett")

    assert modern(message, replace(message.henvisning, requested=None)).requested.priority.value == "N"


def test_a_service_asked_for_by_code_is_told_in_words(example: Example) -> None:
    message = example("henvisning-1.1-komplett")
    asked = RequestedService(
        priority=Code("N"), date=Moment("2026-03-02T10:00:00"), service=Service(id=Code("X", "Ryggskole"))
    )

    requested = modern(message, replace(message.henvisning, requested=asked)).requested

    assert (requested.date, requested.comment) == (Moment("2026-03-02"), "Ønsket tjeneste: Ryggskole")


def test_how_a_medicine_is_used_is_never_guessed(forward: Callable[..., Message], example: Example) -> None:
    """List 7307 has "forskrevet", list 9101 has not; the medicine goes on in words."""
    drug = coded(7180, "N02BE01", "Paracetamol")
    medicines = (
        Medication(drug=drug, status=Code("5", "Benyttes sporadisk")),
        Medication(
            drug=drug,
            status=Code("2", "Forskrevet"),
            dosage="1 g ved behov",
            dose=Quantity("500", "mg"),
            comment="Tåler ikke mer",
        ),
        Medication(drug=drug),
    )
    items = tuple(
        InformationItem(content=medicine, kind=Code("MEDB", "Legemiddelopplysning")) for medicine in medicines
    )
    message = forward(holding(example("henvisning-1.1-komplett"), information=items))

    first, second, third = [item.content for item in message.henvisning.information]
    assert (first.status.value, first.drug) == ("3", drug)
    assert second == Observation(
        description="Paracetamol, 1 g ved behov, Enhetsdose: 500 mg, Status: Forskrevet", comment="Tåler ikke mer"
    )
    assert third == Observation(description="Paracetamol")


def everything() -> dict[str, Any]:
    """Return what only the older versions say, and what they write in another way."""
    return {
        "description": Code("5", "Annet"),
        "precautions": (Precaution(text="Rullestol", start=Moment("2026-01-01"), end=Moment("en gang")),),
        "comments": (Comment(heading=Code("ADM", "Administrativt"), text="Ring", codes=(coded(8403, "1", "En"),)),),
        "information": (
            InformationItem(
                content=ResultItem(
                    result=DateResult(value=Moment("2026-01-02T10:00:00")),
                    examined=Moment("2026-01-01"),
                    examination=Examination(id=coded(7010, "A", "Prøve")),
                ),
                kind=Code("US", "Tidligere undersøkelse"),
            ),
        ),
        "institutions": (
            Institution(name="Bedriften", working_time="80 %", contact="Sindig Fjord"),
            Institution(name="NAV", role="Saksbehandler", note="Kjent"),
        ),
        "relatives": (
            Relative(
                description="Mor",
                role="Verge",
                kinship=Kinship(description="nær"),
                person=Person(
                    full_name="Blomst, Eldre",
                    date_of_birth=Moment("1955-01-01"),
                    address=Address(kind=Code("H"), district=Code("1")),
                ),
            ),
            Relative(relation=Code("EF", "Ektefelle")),
        ),
        "assisted_communication": (
            AssistedCommunication(
                person_number="1", is_deaf="true", ended=Moment("2026-12-31"), person=Person(given_name="A")
            ),
            AssistedCommunication(interpreter=Person(full_name="Tolk Tolkesen"), language=Code("no", "Norsk")),
        ),
        "consents": (Consent(status=coded(9064, "1", "Ja"), date=Moment("2026-03-01T08:00:00"), note="Muntlig"),),
    }


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_everything_that_has_a_place_goes_on_and_the_result_is_valid(
    forward: Callable[..., Message], example: Example, findings: Findings, version: str
) -> None:
    message = forward(holding(example(f"henvisning-{version}-komplett"), **everything()))

    assert findings(message) == []
    told = message.henvisning
    assert told.description == coded(8455, "10", "Utredning/behandling")
    assert (told.precautions[0].start, told.precautions[0].end) == (Moment("2026-01-01T00:00:00"), None)
    assert told.comments[0].heading == coded(8234, "ADM", "Administrativt")
    assert told.information[0].content.result.value == Moment("2026-01-02")
    assert [(person.occupation, person.workplace, person.person.name) for person in told.contact_persons[-2:]] == [
        ("80 %", "Bedriften", "Sindig Fjord"),
        ("Saksbehandler", "NAV", "Ikke oppgitt"),
    ]
    assert [(relative.person.name, relative.note) for relative in told.relatives] == [
        ("Eldre Blomst", "Mor; Verge; nær"),
        ("Ikke oppgitt", None),
    ]
    assert told.relatives[0].person.address is None
    assert told.assisted_communication[0].ended == Moment("2026-12-31")
    assert told.assisted_communication[1].interpreter.family_name == "Tolkesen"
    assert told.consents[0].date == Moment("2026-03-01")


def test_a_referral_without_patient_and_without_parties_is_still_carried() -> None:
    assert patient_of(None) is None
    bare = modern(Message(), Henvisning(version="1.1", care_relations=(CareRelation(relation=Code("HHE")),)))
    assert bare.responsibles == ()
    nameless = modern(
        Message(), Henvisning(version="1.1", care_relations=(related("HHE", organisation=Organisation(name="X")),))
    )
    assert nameless.responsibles == ()
