"""Whatever Henvisning 1.0 and 1.1 can hold comes back as it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from henvisning1 import FNR, written
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.message.address import Address
from adapter.message.attachment import Base64Data, Document
from adapter.message.code import Code
from adapter.message.henvisning import (
    AssistedCommunication,
    Booking,
    CareRelation,
    Consent,
    ContactPerson,
    Henvisning,
    Institution,
    Relative,
)
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Party, Patient, Person
from adapter.wire.bind import Record
from adapter.wire.henvisning1 import MESSAGE_10, MESSAGE_11

Some = Callable[..., st.SearchStrategy[Any]]


def numbers(most: int = 2) -> st.SearchStrategy[tuple[Identifier, ...]]:
    """Return numbers of which the first, or one after it, says something."""
    number = st.builds(Identifier, st.sampled_from(["1", "", "14838400052"]), st.none() | st.just(FNR))
    return st.just(()) | st.lists(number, min_size=1, max_size=most).map(tuple)


def address(some: Some) -> st.SearchStrategy[Any]:
    return some(Address, postbox=None)


def party(some: Some, **known: Any) -> st.SearchStrategy[Any]:
    person = some(
        HealthcareProfessional,
        **dict.fromkeys(
            ["family_name", "middle_name", "given_name", "date_of_birth", "sex", "nationality", "address", "telecoms"]
        ),
        role_to_patient=None,
        identifiers=numbers(),
    )
    member = some(HealthcareProfessional, full_name=st.just("Vits, Grønn"), identifiers=numbers()).map(
        lambda one: HealthcareProfessional(full_name=one.full_name, identifiers=one.identifiers)
    )
    apart = {"address": None, "telecoms": None}
    unit = some(Organisation, identifiers=numbers(), units=None, people=None, **apart)
    organisation = some(
        Organisation,
        kind=None,
        identifiers=numbers(),
        units=st.lists(unit, max_size=2).map(tuple),
        people=st.lists(member, max_size=2).map(tuple),
        **apart,
    )
    return some(Party, person=person, organisation=organisation, address=address(some), **known)


def fk1_person(some: Some) -> st.SearchStrategy[Any]:
    return some(Person, full_name=None, address=some(Address, district=None, telecoms=None))


def referral(some: Some, version: str) -> st.SearchStrategy[Any]:
    """Return referrals that a version can hold."""
    care = some(CareRelation, party=party(some, role=None, method=None, copy_uses=None, **own_ids(version)))
    absent = dict.fromkeys(
        [
            "patient_extras",
            "description_note",
            "units",
            "contacts",
            "responsibles",
            "sent_documents",
            "individual_plan",
            "medication_review",
            "assessment",
            "pathways",
        ]
    )
    if version == "1.0":
        consent = some(Consent, given_by=None)
        person = st.builds(
            Person,
            full_name=st.just("Blomst, Vakker"),
            sex=st.none() | st.just(Code("2")),
            identifiers=numbers(most=1),
            address=address(some),
        )
        relative = some(
            Relative,
            person=person,
            consent=consent,
            **dict.fromkeys(["relation", "care", "birth_year", "is_nearest", "note"]),
        )
        around = {
            "relatives": relative,
            "assisted_communication": some(AssistedCommunication, person=None, interpreter=None),
            "institutions": some(Institution, role=None, note=None, address=address(some)),
        }
        absent["contact_persons"] = None
    else:
        consent = some(Consent)
        person = fk1_person(some)
        only_10 = dict.fromkeys(
            ["description", "occupation", "role", "ethnic_belonging", "kinship", "consent", "birth_year", "is_nearest"]
        )
        around = {
            "relatives": some(Relative, person=person, **only_10),
            "assisted_communication": some(
                AssistedCommunication, person=person, interpreter=person, person_number=None, interpreter_number=None
            ),
            "institutions": some(Institution, working_time=None, address=None),
            "contact_persons": some(ContactPerson, person=person),
        }
        absent["care_situation"] = None
    several = {name: st.lists(one, min_size=1, max_size=2).map(tuple) for name, one in around.items()}
    return some(
        Henvisning,
        version=st.just(version),
        care_relations=st.lists(care, min_size=1, max_size=2).map(tuple),
        consents=consent.map(lambda one: (one,)),
        **several,
        **absent,
    ).map(lambda henvisning: replace(henvisning, version=version))


def own_ids(version: str) -> dict[str, None]:
    return {} if version == "1.0" else {"id_by_requester": None, "id_by_provider": None}


def message(some: Some, version: str) -> st.SearchStrategy[Any]:
    """Return messages that a version can hold."""
    main = referral(some, version).map(lambda henvisning: Document(content=(henvisning,)))
    if version == "1.0":
        reference = st.builds(Document, kind=st.just(Code("REF")), booking=st.none() | some(Booking))
    else:
        content = st.none() | st.just(()) | st.just((Base64Data("aGVp"),))
        reference = st.builds(Document, kind=st.just(Code("A")), id=st.none() | st.just(""), content=content)
    side = party(some, copy_uses=None, **own_ids(version), **({"method": None} if version == "1.0" else {}))
    patient = st.builds(
        Patient,
        full_name=st.just("Blomst, Vakker"),
        local_id=st.none() | st.just("1"),
        identifiers=numbers(),
        address=st.none() | address(some),
    )
    return st.builds(
        Message,
        envelope=st.just(Envelope.MESSAGE),
        kind=st.just(Kind.HENVISNING),
        version=st.just(version),
        mig_version=st.just("v1"),
        msg_id=st.none() | st.just("1"),
        status=st.none() | st.just(Code("TEST")),
        sender=st.none() | side,
        receiver=st.none() | side,
        other_receivers=st.lists(party(some, method=None, **own_ids(version)), max_size=1).map(tuple),
        patient=st.none() | patient,
        documents=st.builds(lambda first, rest: (first, *rest), main, st.lists(reference, max_size=1)),
    )


@pytest.fixture(scope="module")
def messages(some: Some) -> dict[str, st.SearchStrategy[Any]]:
    """Return strategies by version."""
    return {version: message(some, version) for version in ("1.0", "1.1")}


@pytest.mark.parametrize(("record", "version"), [(MESSAGE_10, "1.0"), (MESSAGE_11, "1.1")])
@settings(max_examples=50)
@given(data=st.data())
def test_what_a_version_can_hold_comes_back_as_it_was_written(
    record: Record[Message], version: str, messages: dict[str, st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    sent = data.draw(messages[version])

    assert sent == record.read(written(record, sent))
