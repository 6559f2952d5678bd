"""The older way to write a party (HCP: Inst, Dept, HCPerson, HCProf), shared by AppRec, Henvisning 1.x and Epikrise.

All write the same elements, each in its own namespace. They disagree on the order in which an Inst ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from adapter.message.address import Address
from adapter.message.code import Code
from adapter.message.party import CopyUse, HealthcareProfessional, Identifier, Organisation, Party, Person
from adapter.wire.bind import CS, CV, TELE_ADDRESS, TEXT, Field, Inline, Record, Shape, Values

#: How the Inst of a standard ends.
APPREC_ORDER = ("Dept", "AdditionalId", "HCPerson")
HENVISNING_ORDER = ("AdditionalId", "HCPerson", "Dept")
EPIKRISE_ORDER = ("Dept", "HCPerson", "AdditionalId")


@cache
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


@cache
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


@cache
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


@cache
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


@cache
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


@cache
def institution(namespace: str, order: tuple[str, ...], *, has_kind: bool = False) -> Record[Organisation]:
    """Declare an Inst, which ends in the order of its standard; only Epikrise 1.1 says what kind it is."""
    last = {
        "Dept": Field("Dept", "units", department(namespace), many=True),
        "AdditionalId": _additional(namespace),
        "HCPerson": Field("HCPerson", "people", member(namespace), many=True),
    }
    return Record(
        Organisation,
        namespace,
        Field("Name", "name", TEXT),
        *((Field("Type", "kind", CS),) if has_kind else ()),
        *main_id(),
        *(last[tag] for tag in order),
        after=gather_ids,
        before=spread_ids,
        covers=SPREAD,
    )


def party_ids() -> tuple[Field, Field]:
    """Return the numbers that the two sides use for a party."""
    return (
        Field("PartyIdByRequester", "id_by_requester", TEXT),
        Field("PartyIdByServProv", "id_by_provider", TEXT),
    )


def hcp(namespace: str, order: tuple[str, ...], *, has_party_ids: bool = False) -> tuple[Field, ...]:
    """Return the children of an HCP of AppRec or Henvisning, bound to a Party; only Henvisning 1.0 has party ids.

    Use them as `Inline("HCP", hcp(NS, ORDER))` in a record of Party.
    """
    return (
        Field("Inst", "organisation", institution(namespace, order)),
        Field("HCProf", "person", professional(namespace)),
        Field("MedSpeciality", "speciality", CV),
        *(party_ids() if has_party_ids else ()),
        Field("Address", "address", address(namespace)),
    )


def copy_receiver(namespace: str, children: Inline) -> Record[Party]:
    """Declare a CopyDest, whose HCP has these children."""
    use: Shape = Record(
        CopyUse,
        namespace,
        Field("MsgType", "kind", CS),
        Field("ReqComMethod", "requested_method", CS),
        Field("ActComMethod", "actual_method", CS),
    )
    return Record(
        Party,
        namespace,
        Field("Role", "role", CS),
        Field("CopyDestRole", "copy_uses", use, many=True),
        children,
    )
