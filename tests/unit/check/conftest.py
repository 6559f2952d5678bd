"""What the tests of the checks share: whole messages, one change at a time, and a checker that is loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.check.codelists import CodeLists
from adapter.check.finding import Report
from adapter.check.ladder import Checker, Policy
from adapter.check.schema import SchemaSet
from adapter.message import (
    Address,
    Code,
    ConversationRef,
    Dialogmelding,
    Document,
    Envelope,
    FreeText,
    HealthcareProfessional,
    Henvisning,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    Organisation,
    OriginalMessage,
    Party,
    Patient,
    Receipt,
    RelatedRole,
    Telecom,
    coded,
)
from adapter.message.henvisning import (
    CareRelation,
    Contact,
    ContactPerson,
    Diagnosis,
    InformationItem,
    Institution,
    Observation,
    Reason,
    RequestedService,
    Responsible,
)
from adapter.message.party import Person
from adapter.wire import write

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MSG_ID = "3b6e4b9c-52a7-4c6e-9a51-0a2a8f0b7c11"
DOCUMENT_ID = "8f1d2c3b-4a59-4687-9788-a1b2c3d4e5f6"


def _her(value: str) -> Identifier:
    return Identifier(value, coded(9051, "HER", "HER-id"))


def _unit(outer: str, inner: str, *more: Identifier) -> Party:
    return Party(
        organisation=Organisation(
            name="Vakker Blomst legekontor",
            identifiers=(_her(outer), *more),
            units=(Organisation(name="Tjeneste", identifiers=(_her(inner),)),),
        )
    )


def _phone(number: str) -> Telecom:
    return Telecom(Code("HP", "Hovedtelefon"), f"tel:{number}")


def _person(version: str, **fields: Any) -> HealthcareProfessional:
    name = {"full_name": "Vits, Grønn"} if version != "2.0" else {"family_name": "Vits", "given_name": "Grønn"}
    return HealthcareProfessional(**{**name, **fields})


PATIENT = Patient(
    family_name="Blomst",
    given_name="Vakker",
    date_of_birth=Moment("1984-03-14"),
    sex=Code("2", "Kvinne"),
    identifiers=(Identifier("14838400052", coded(8116, "FNR", "Fødselsnummer")),),
    telecoms=(_phone("90000001"),),
)


def build_referral(version: str = "1.1", **changes: Any) -> Message:
    """Return a whole, marked referral; `changes` go to the referral, the message or the patient, by field name."""
    is_new = version == "2.0"
    hpr = (Identifier("565501872", coded(8116, "HPR", "HPR-nummer")),)
    referrer = _person(
        version,
        profession=Code("LE", "Lege", coded(9060, "LE").system if is_new else None),
        identifiers=hpr,
        telecoms=(_phone("77000001"),) if is_new else (),
    )
    doctor = _person(version, role_to_patient=coded(9034, "6", "Fastlege") if is_new else None, identifiers=hpr)
    work = Address(kind=Code("WP", "Arbeidsadresse"), telecoms=(Telecom(None, "tel:77000001"),))
    fields: dict[str, Any] = {
        "version": version,
        "service_type": Code("N", "Ny"),
        "issued": Moment("2026-03-01T10:00:00+01:00"),
        "request_comment": "Arbeidsrettet mestringsopphold",
        "description": coded(8455, "10", "Utredning/behandling") if is_new else Code("10", "Utredning/behandling"),
        "document_id": DOCUMENT_ID,
        "information": (
            InformationItem(
                content=Observation(description="Gradert sykmelding 50 %"),
                kind=coded(8233, "SYKM", "Opplysninger om sykemelding") if is_new else Code("SYKM", "Sykemelding"),
                start=Moment("2026-01-15T00:00:00+01:00" if is_new else "2026-01-15"),
                end=Moment("2026-03-15T00:00:00+01:00" if is_new else "2026-03-15"),
                origin=Moment("2026-01-10T00:00:00+01:00" if is_new else "2026-01-10"),
            ),
            InformationItem(
                content=Observation(description="Øvelser i tolv uker"),
                kind=coded(8233, "TB", "Tidligere behandling") if is_new else Code("TB", "Tidligere behandling"),
            ),
        ),
        "reasons": (
            Reason(
                heading=coded(8231, "PROB", "Aktuell problemstilling") if is_new else Code("PROB", "Problem"),
                text="Langvarige smerter i rygg og nakke",
            ),
            Reason(
                heading=coded(8231, "UTRED", "Forventet utredning/behandling") if is_new else Code("UTRED", "Ønsket"),
                text="Tverrfaglig vurdering",
            ),
        ),
        "diagnoses": (Diagnosis(concept=coded(7170, "L84", "Ryggsyndrom uten smerteutstråling")),),
        "requested": RequestedService(service_type=Code("N", "Ny"), priority=Code("N", "Elektiv")),
    }
    if is_new:
        fields["responsibles"] = (
            Responsible(person=referrer, relation=coded(8254, "HHE", "Henvisende helsepersonell")),
        )
        fields["contacts"] = (Contact(person=doctor),)
        fields["contact_persons"] = (
            ContactPerson(workplace="Lageret", occupation="Daglig leder", person=Person(family_name="Sjef")),
        )
    else:
        hcp = Party(person=referrer, address=work)
        fields["care_relations"] = (
            CareRelation(relation=Code("HHE", "Henvisende helsepersonell"), party=hcp),
            CareRelation(relation=Code("FLE", "Fastlege"), party=Party(person=doctor)),
        )
        fields["institutions"] = (
            Institution(name="Lageret", working_time="100 %", contact="Daglig leder")
            if version == "1.0"
            else Institution(name="Lageret", role="Arbeidsgiver"),
        )
    patient = {name: changes.pop(name) for name in tuple(changes) if name in Patient.__dataclass_fields__}
    head = {name: changes.pop(name) for name in tuple(changes) if name in Message.__dataclass_fields__}
    referral = Henvisning(**(fields | changes))
    number = (Identifier("315000009", coded(9051, "ENH", "Organisasjonsnummer")),) if version == "1.0" else ()
    sender, receiver = _unit("8990200", "8990201", *number), _unit("8990100", "8990101")
    person = PATIENT if is_new else _old_patient()
    code = Code("HENVISNING_NYTILSTAND", "Henvisning ny tilstand") if is_new else Code("HENVISNING", "Henvisning")
    message = Message(
        envelope=Envelope.HODEMELDING if is_new else Envelope.MESSAGE,
        kind=Kind.HENVISNING,
        version=version,
        type=code,
        generated=Moment("2026-03-01T10:00:00+01:00"),
        msg_id=MSG_ID,
        sender=sender,
        receiver=receiver,
        patient=replace(person, **patient),
        documents=(_document(referral) if is_new else Document(content=(referral,)),),
    )
    return replace(message, **head)


def _old_patient() -> Patient:
    return replace(
        PATIENT,
        family_name=None,
        given_name=None,
        full_name="Blomst, Vakker",
        telecoms=(),
        address=Address(kind=Code("H", "Bostedsadresse"), telecoms=(Telecom(None, "tel:90000001"),)),
    )


def _document(content: Any) -> Document:
    return Document(kind=Code("XML", "XML-instans"), content=(content,))


def build_dialogue(text: str = "Hei", *, version: str = "1.1", **head: Any) -> Message:
    """Return a note in a MsgHead."""
    author = HealthcareProfessional(family_name="Vits", given_name="Grønn", telecoms=(_phone("77000001"),))
    note = Notat(
        theme=coded(7322, "6", "Henvendelse om pasient"),
        subject="Spørsmål",
        text=FreeText(text=text),
        roles=(RelatedRole(person=author),),
    )
    code = {"1.0": Code("DIALOG_NOTAT", "Notat"), "1.1": Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog")}[version]
    message = Message(
        envelope=Envelope.HODEMELDING,
        kind=Kind.DIALOGMELDING,
        version=version,
        type=code,
        generated=Moment("2026-03-01T10:00:00+01:00"),
        msg_id=MSG_ID,
        conversation=ConversationRef(parent=DOCUMENT_ID, conversation=DOCUMENT_ID),
        sender=_unit("8990200", "8990201"),
        receiver=_unit("8990100", "8990101"),
        patient=PATIENT,
        documents=(_document(Dialogmelding(version=version, notater=(note,))),),
    )
    return replace(message, **head)


def build_receipt(**fields: Any) -> Message:
    """Return a positive receipt, or one with other fields."""
    original = OriginalMessage(
        kind=Code("HENVISNING", "Henvisning"), issued=Moment("2026-03-01T10:00:00+01:00"), id=MSG_ID
    )
    known = {"status": Code("1", "OK"), "original": original}
    return Message(
        envelope=Envelope.APPREC,
        kind=Kind.APPREC,
        version="1.1",
        type=Code("APPREC", "Applikasjonskvittering"),
        generated=Moment("2026-03-01T10:01:00+01:00"),
        msg_id=DOCUMENT_ID,
        sender=_unit("8990100", "8990101"),
        receiver=_unit("8990200", "8990201"),
        receipt=Receipt(**(known | fields)),
    )


@pytest.fixture(scope="session")
def referral() -> Callable[..., Message]:
    """Return the builder of referrals."""
    return build_referral


@pytest.fixture(scope="session")
def dialogue() -> Callable[..., Message]:
    """Return the builder of dialogue messages."""
    return build_dialogue


@pytest.fixture(scope="session")
def receipt() -> Callable[..., Message]:
    """Return the builder of receipts."""
    return build_receipt


@pytest.fixture(scope="session")
def schemas() -> SchemaSet:
    """Return the compiled schemas."""
    return SchemaSet.load()


@pytest.fixture(scope="session")
def codelists() -> CodeLists:
    """Return the code lists."""
    return CodeLists.load()


@pytest.fixture(scope="session")
def checker(schemas: SchemaSet, codelists: CodeLists) -> Iterator[Checker]:
    """Return a checker without the explaining child."""
    with Checker(schemas, codelists, explain=False) as checker:
        yield checker


@pytest.fixture(scope="session")
def check(checker: Checker) -> Callable[..., Report]:
    """Return the whole check of a message or of bytes; keyword arguments are the policy's."""

    def run(message: Message | bytes, **policy: Any) -> Report:
        data = message if isinstance(message, bytes) else write(message)
        return checker.check(data, Policy(**policy), now=NOW)

    return run


@pytest.fixture(scope="session")
def real_number() -> str:
    """Return a number a living person can have, made here so that none stands in the repository."""
    for series in range(100, 200):
        start = f"010101{series}"
        first = -sum(int(d) * w for d, w in zip(start, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        second = -sum(int(d) * w for d, w in zip(f"{start}{first}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if first < 10 and second < 10:
            return f"{start}{first}{second}"
    raise AssertionError
