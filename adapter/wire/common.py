"""People, organisations and addresses, as MsgHead and the common component (felleskomponent1) write them.

The two have the same elements. They differ in namespace, and in whether an organisation's kind stands before
or after its name. A schema that extends the common component puts the outer elements (`Ident`, `Address`)
in its own namespace, and leaves what is inside them in the common one.
"""

from __future__ import annotations

from adapter.message.address import Address, Telecom
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Patient, Person
from adapter.wire.bind import CS, CV, MOMENT, TEXT, VALUE, Deferred, Field, Record, Shape
from adapter.wire.namespaces import FK1, MSGHEAD


def identifier(namespace: str) -> Record[Identifier]:
    """Declare an Ident."""
    return Record(
        Identifier,
        namespace,
        Field("Id", "value", TEXT),
        Field("TypeId", "kind", CV),
    )


def address(namespace: str) -> Record[Address]:
    """Declare an Address."""
    return Record(
        Address,
        namespace,
        Field("Type", "kind", CS),
        Field("StreetAdr", "street", TEXT),
        Field("PostalCode", "postal_code", TEXT),
        Field("City", "city", TEXT),
        Field("Postbox", "postbox", TEXT),
        Field("County", "county", CS),
        Field("Country", "country", CS),
    )


def telecom(namespace: str) -> Record[Telecom]:
    """Declare a TeleCom."""
    return Record(
        Telecom,
        namespace,
        Field("TypeTelecom", "kind", CS),
        Field("TeleAddress", "address", VALUE),
    )


FK1_IDENT = identifier(FK1)
FK1_ADDRESS = address(FK1)
FK1_TELECOM = telecom(FK1)
MSGHEAD_IDENT = identifier(MSGHEAD)
MSGHEAD_ADDRESS = address(MSGHEAD)
MSGHEAD_TELECOM = telecom(MSGHEAD)

_NAME = (
    Field("FamilyName", "family_name", TEXT),
    Field("MiddleName", "middle_name", TEXT),
    Field("GivenName", "given_name", TEXT),
)
_PROFESSION = (
    Field("TypeHealthcareProfessional", "profession", CS),
    Field("RoleToPatient", "role_to_patient", CV),
)


def _contact(namespace: str) -> tuple[Field, ...]:
    """Return the numbers and addresses that close every person and organisation."""
    inside_msghead = namespace == MSGHEAD
    return (
        Field("Ident", "identifiers", MSGHEAD_IDENT if inside_msghead else FK1_IDENT, many=True),
        Field("Address", "address", MSGHEAD_ADDRESS if inside_msghead else FK1_ADDRESS),
        Field("TeleCom", "telecoms", MSGHEAD_TELECOM if inside_msghead else FK1_TELECOM, many=True),
    )


def _about_person(namespace: str) -> tuple[Field, ...]:
    return (
        Field("DateOfBirth", "date_of_birth", MOMENT),
        Field("Sex", "sex", CS),
        Field("Nationality", "nationality", CS),
        *_contact(namespace),
    )


def person(namespace: str, *, given_name_first: bool = False) -> Record[Person]:
    """Declare a Person; Dialogmelding alone puts the given name first."""
    names = tuple(reversed(_NAME)) if given_name_first else _NAME
    return Record(Person, namespace, *names, *_about_person(namespace))


def patient(namespace: str) -> Record[Patient]:
    """Declare a Patient."""
    return Record(Patient, namespace, *_NAME, *_about_person(namespace))


def healthcare_professional(namespace: str) -> Record[HealthcareProfessional]:
    """Declare a HealthcareProfessional."""
    return Record(HealthcareProfessional, namespace, *_PROFESSION, *_NAME, *_about_person(namespace))


FK1_PERSON = person(FK1)
FK1_HEALTHCARE_PROFESSIONAL = healthcare_professional(FK1)
MSGHEAD_PERSON = person(MSGHEAD)
MSGHEAD_PATIENT = patient(MSGHEAD)
MSGHEAD_HEALTHCARE_PROFESSIONAL = healthcare_professional(MSGHEAD)


def _itself_fk1() -> Shape:
    return FK1_ORGANISATION


def _itself_msghead() -> Shape:
    return MSGHEAD_ORGANISATION


FK1_ORGANISATION = Record(
    Organisation,
    FK1,
    Field("TypeOrganisation", "kind", CV),
    Field("OrganisationName", "name", TEXT),
    *_contact(FK1),
    Field("Organisation", "units", Deferred(_itself_fk1), many=True, most=1),
)

MSGHEAD_ORGANISATION = Record(
    Organisation,
    MSGHEAD,
    Field("OrganisationName", "name", TEXT),
    Field("TypeOrganisation", "kind", CV),
    *_contact(MSGHEAD),
    Field("Organisation", "units", Deferred(_itself_msghead), many=True, most=1),
    Field("HealthcareProfessional", "people", MSGHEAD_HEALTHCARE_PROFESSIONAL, many=True, most=1),
)
