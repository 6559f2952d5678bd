"""The older way to write a party (HCP: Inst, Dept, HCPerson, HCProf), shared by AppRec and Henvisning 1.x.

Both write the same elements, each in its own namespace. They disagree on one order: Henvisning's Inst ends with
AdditionalId, HCPerson, Dept; AppRec's with Dept, AdditionalId, HCPerson.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapter.message.address import Address
from adapter.message.code import Code
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Person
from adapter.wire.bind import CS, CV, TELE_ADDRESS, TEXT, Field, Record, Values


def address(namespace: str) -> Record[Address]:
    """Declare an Address, which here holds phone numbers too."""
    return Record(
        Address,
        namespace,
        Field("Type", "kind", CS),
        Field("StreetAdr", "street", TEXT),
        Field("PostalCode", "postal_code", TEXT),
        Field("City", "city", TEXT),
        Field("County", "county", CS),
        Field("Country", "country", CS),
        Field("CityDistr", "district", CS),
        Field("TeleAddress", "telecoms", TELE_ADDRESS, many=True),
    )


def additional_id(namespace: str) -> Record[Identifier]:
    """Declare an AdditionalId."""
    return Record(
        Identifier,
        namespace,
        Field("Id", "value", TEXT),
        Field("Type", "kind", CS),
    )


def main_id(id_tag: str = "Id", kind_tag: str = "TypeId") -> tuple[Field, Field]:
    """Return the two elements that hold the main number, to use with `gather_ids` and `spread_ids`."""
    return Field(id_tag, "main_id", TEXT), Field(kind_tag, "main_id_kind", CS)


def gather_ids(values: Values) -> None:
    """Make `identifiers` of a main number and the additional ones (a record's `after`)."""
    number: str | None = values.pop("main_id", None)
    kind: Code | None = values.pop("main_id_kind", None)
    additional: Iterable[Identifier] = values.pop("additional_ids", ())
    main = Identifier(number, kind)
    if additional or main != _NO_NUMBER:
        values["identifiers"] = (main, *additional)


def spread_ids(holder: Any) -> Values:  # noqa: ANN401 - whatever has identifiers
    """Return the main number and the additional ones of a holder of `identifiers` (a record's `before`)."""
    main, *additional = holder.identifiers or (_NO_NUMBER,)
    return {"main_id": main.value, "main_id_kind": main.kind, "additional_ids": tuple(additional)}


def _spread_professional(person: Person) -> Values:
    """Return the numbers and the profession of a party; a plain person has none."""
    return {**spread_ids(person), "profession": getattr(person, "profession", None)}


#: The attributes that `spread_ids` takes care of.
SPREAD = ("identifiers",)
_NO_NUMBER = Identifier()


def _additional(namespace: str) -> Field:
    return Field("AdditionalId", "additional_ids", additional_id(namespace), many=True)


def professional(namespace: str) -> Record[HealthcareProfessional]:
    """Declare an HCProf: a person who is the party."""
    return Record(
        HealthcareProfessional,
        namespace,
        Field("Type", "profession", CS),
        Field("Name", "full_name", TEXT),
        *main_id(),
        _additional(namespace),
        after=gather_ids,
        before=_spread_professional,
        covers=SPREAD,
    )


def member(namespace: str) -> Record[HealthcareProfessional]:
    """Declare an HCPerson: a person of an institution."""
    return Record(
        HealthcareProfessional,
        namespace,
        Field("Name", "full_name", TEXT),
        *main_id(),
        _additional(namespace),
        after=gather_ids,
        before=spread_ids,
        covers=SPREAD,
    )


def department(namespace: str) -> Record[Organisation]:
    """Declare a Dept."""
    return Record(
        Organisation,
        namespace,
        Field("Type", "kind", CS),
        Field("Name", "name", TEXT),
        *main_id(),
        _additional(namespace),
        after=gather_ids,
        before=spread_ids,
        covers=SPREAD,
    )


def institution(namespace: str, *, departments_first: bool) -> Record[Organisation]:
    """Declare an Inst, in AppRec's order (departments first) or Henvisning's."""
    departments = Field("Dept", "units", department(namespace), many=True)
    rest = (_additional(namespace), Field("HCPerson", "people", member(namespace), many=True))
    return Record(
        Organisation,
        namespace,
        Field("Name", "name", TEXT),
        *main_id(),
        *((departments, *rest) if departments_first else (*rest, departments)),
        after=gather_ids,
        before=spread_ids,
        covers=SPREAD,
    )


def hcp(namespace: str, *, departments_first: bool, party_ids: bool = False) -> tuple[Field, ...]:
    """Return the children of an HCP, bound to a Party; only Henvisning 1.0 has party ids.

    Use them as `Inline("HCP", hcp(NS, departments_first=True))` in a record of Party.
    """
    own_ids = (
        Field("PartyIdByRequester", "id_by_requester", TEXT),
        Field("PartyIdByServProv", "id_by_provider", TEXT),
    )
    return (
        Field("Inst", "organisation", institution(namespace, departments_first=departments_first)),
        Field("HCProf", "person", professional(namespace)),
        Field("MedSpeciality", "speciality", CV),
        *(own_ids if party_ids else ()),
        Field("Address", "address", address(namespace)),
    )
