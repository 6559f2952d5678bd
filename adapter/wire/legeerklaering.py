"""Legeerklæring (NAV-Legeerklaring-2008-06-06): read, and carried on as it came.

Unlike every other standard here it keeps most facts in attributes. Elements are found by their local names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from adapter.message.address import Address, Telecom
from adapter.message.code import OID_PREFIX, Code, Moment, coded
from adapter.message.henvisning import Diagnosis
from adapter.message.legeerklaering import (
    HealthPrognosis,
    Legeerklaering,
    Measure,
    Measures,
    Referred,
    TreatmentPlan,
    WorkAbility,
    Workplace,
)
from adapter.message.party import Identifier, Patient
from adapter.wire.bind import local_name
from adapter.wire.carried import Carried
from adapter.wire.namespaces import LEGEERKLAERING

_Names = Mapping[str, str]
_YES_NO: Final[_Names] = {"1": "Ja", "2": "Nei", "3": "Vet ikke"}
_WHEN: Final[_Names] = {"1": "Nå", "2": "Etter behandling"}
_PURPOSES: Final[_Names] = {
    "1": "Sykefravær mer enn 8 uker",
    "2": "Rehabiliteringspenger",
    "3": "Yrkesrettet attføring",
    "4": "Uførepensjon",
}
_SITUATIONS: Final[_Names] = {"1": "Inntektsgivende arbeid", "2": "Hjemmearbeidende", "3": "Student", "4": "Annet"}
_CONTACTS: Final[_Names] = {
    "1": "Behandlende lege",
    "2": "Arbeidsgiver",
    "3": "Arbeidskontor",
    "4": "Basisgruppe",
    "5": "Annen instans",
}
_MEASURES: Final[_Names] = {
    "1": "Kjøp av helsetjenester",
    "2": "Reisetilskudd i stedet for sykepenger",
    "3": "Aktiv sykmelding",
    "4": "Hjelpemidler på arbeidsplassen",
    "5": "Yrkesrettet attføring",
    "6": "Friskmelding til arbeidsformidling",
    "7": "Andre",
}
_PHONES: Final[_Names] = {
    "H": "Hjemme eller ukjent",
    "HP": "Hovedtelefon",
    "MC": "Mobiltelefon",
    "WP": "Arbeidsplass",
}
#: The lists of diagnoses that have a number, by the standard's own code; ICD-9 and the oldest ICPC have none.
_DIAGNOSIS_LISTS: Final[_Names] = {"3": "7110", "5": "7170"}
_ICPC = "1"
#: ICPC without a version is ICPC-2 in every system of today.
_ICPC_LIST = "7170"


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    yield from (child for child in (() if element is None else element) if local_name(child.tag) == name)


def _child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the first element down a path of names, or None."""
    for name in names:
        element = next(_children(element, name), None)
    return element


def _text(element: etree._Element | None, *names: str) -> str | None:
    found = _child(element, *names)
    return None if found is None else found.text or ""


def _get(element: etree._Element | None, name: str | None) -> str | None:
    return None if element is None or name is None else element.get(name)


def _code(element: etree._Element | None, name: str, names: _Names, text: str | None = None) -> Code | None:
    value = _get(element, name)
    return None if value is None and text is None else Code(value, names.get(value or ""), None, text)


def _codes(
    element: etree._Element | None, tag: str, name: str, names: _Names, other: str | None = None
) -> tuple[Code, ...]:
    found = (_code(child, name, names, _get(child, other)) for child in _children(element, tag))
    return tuple(code for code in found if code is not None)


def _moment(element: etree._Element | None, name: str) -> Moment | None:
    value = _get(element, name)
    return None if value is None else Moment(value)


def _address(element: etree._Element | None) -> Address | None:
    place = _child(element, "PostalAddress")
    phones = tuple(
        Telecom(kind=_code(phone, "typeTelekom", _PHONES), address=f"tel:{phone.text.strip()}")
        for phone in _children(element, "Teleinformasjon")
        if phone.text and phone.text.strip()
    )
    if place is None and not phones:
        return None
    return Address(
        street=_text(place, "StreetAddress"),
        postal_code=_text(place, "PostalCode"),
        city=_text(place, "City"),
        telecoms=phones,
    )


def _patient(element: etree._Element | None) -> Patient | None:
    if element is None:
        return None
    number, name = element.get("fodselsnummer"), _child(element, "Navn")
    return Patient(
        family_name=_text(name, "Etternavn"),
        middle_name=_text(name, "Mellomnavn"),
        given_name=_text(name, "Fornavn"),
        identifiers=(Identifier(number, coded(8116, "FNR", "Fødselsnummer")),) if number else (),
        address=_address(_child(element, "PersonAdr")),
    )


def _workplace(element: etree._Element | None) -> Workplace | None:
    if element is None:
        return None
    company = _child(element, "Virksomhet")
    return Workplace(
        name=_get(company, "virksomhetsBetegnelse"),
        organisation_number=_get(company, "organisasjonsnummer"),
        occupation=_text(element, "Yrkesbetegnelse"),
        occupation_code=element.get("yrkeskode"),
        is_main=_code(element, "primartArbeidsforhold", _YES_NO),
    )


def _referred(element: etree._Element | None) -> Referred | None:
    if element is None:
        return None
    return Referred(
        text=_text(element, "Spesifikasjon"),
        date=_moment(element, "henvistDato"),
        wait=element.get("antattVentetid"),
    )


def _plan(element: etree._Element | None) -> TreatmentPlan | None:
    if element is None:
        return None
    return TreatmentPlan(
        examination=_referred(_child(element, "HenvistUtredning")),
        treatment=_referred(_child(element, "HenvistBehandling")),
        new_information=_text(element, "NyeLegeopplysninger"),
        no_further_treatment=_text(element, "IkkeVidereBehandling"),
        new_assessment=_text(element, "NyVurdering"),
        treatment_plan=_text(element, "BehandlingsPlan"),
        examination_plan=_text(element, "UtredningsPlan"),
    )


def _diagnoses(element: etree._Element | None) -> tuple[Diagnosis, ...]:
    """Return the diagnoses in the order the doctor sorted them."""
    kind = _get(element, "kodesystem") or ""
    number = _ICPC_LIST if kind == _ICPC else _DIAGNOSIS_LISTS.get(kind)
    system = f"{OID_PREFIX}{number}" if number else None
    found = sorted(_children(element, "Enkeltdiagnose"), key=_rank)
    return tuple(Diagnosis(concept=Code(child.get("kodeverdi"), child.get("diagnose"), system)) for child in found)


def _rank(diagnosis: etree._Element) -> int:
    text = (diagnosis.get("sortering") or "").strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= _LONGEST_RANK else _LAST


_LONGEST_RANK = 9
_LAST = 10**_LONGEST_RANK


def _measures(element: etree._Element | None) -> Measures | None:
    if element is None:
        return None
    return Measures(
        are_relevant=_code(element, "tiltak", _YES_NO),
        measures=tuple(
            Measure(kind=_code(child, "typeTiltak", _MEASURES), text=_text(child, "HvilkeAndreTiltak"))
            for child in _children(element, "AktueltTiltak")
        ),
        text=_text(element, "Opplysninger"),
        limits=_text(element, "BegrensningerTiltak"),
        why_none=_text(element, "BegrunnelseIkkeTiltak"),
    )


def _ability(element: etree._Element | None) -> WorkAbility | None:
    if element is None:
        return None
    work = _child(element, "VurderingArbeidsevne")
    return WorkAbility(
        situations=_codes(element, "Arbeidssituasjon", "arbeidssituasjon", _SITUATIONS, "annenArbeidssituasjon"),
        can_resume=_code(work, "gjenopptaArbeid", _YES_NO),
        resumes=_code(work, "narGjenopptaArbeid", _WHEN),
        can_change=_code(work, "taAnnetArbeid", _YES_NO),
        changes=_code(work, "narTaAnnetArbeid", _WHEN),
        cannot_do=_text(work, "IkkeGjore"),
        considerations=_text(work, "HensynAnnetYrke"),
        function=_text(element, "Funksjonsevne"),
        demands=_text(element, "KravArbeid"),
    )


def _prognosis(element: etree._Element | None) -> HealthPrognosis | None:
    if element is None:
        return None
    return HealthPrognosis(
        will_improve=_code(element, "bedreArbeidsevne", _YES_NO),
        illness=_text(element, "AntattVarighet"),
        function=_text(element, "VarighetFunksjonsnedsettelse"),
        work=_text(element, "VarighetNedsattArbeidsevne"),
    )


def _read(root: etree._Element) -> Legeerklaering:
    about = _child(root, "Pasientopplysninger")
    person = _child(about, "Pasient")
    illness = _child(root, "DiagnoseArbeidsuforhet")
    injury = _child(illness, "VurderingYrkesskade")
    reservation, other = _child(root, "ForbeholdLegeerklaring"), _child(root, "AndreOpplysninger")
    return Legeerklaering(
        purposes=_codes(root, "LegeerklaringGjelder", "typeLegeerklaring", _PURPOSES),
        patient=_patient(person),
        nav_office=_get(person, "trygdekontor"),
        has_several_jobs=_code(about, "flereArbeidsforhold", _YES_NO),
        workplace=_workplace(_child(person, "Arbeidsforhold")),
        plan=_plan(_child(root, "PlanUtredBehandle")),
        unfit_from=_moment(illness, "arbeidsuforFra"),
        diagnoses=_diagnoses(_child(illness, "DiagnoseKodesystem")),
        consider_injury=_code(injury, "borVurderes", _YES_NO),
        injured=_moment(injury, "skadeDato"),
        status=_text(illness, "StatusPresens"),
        course=_text(illness, "SymptomerBehandling"),
        measures=_measures(_child(root, "ForslagTiltak")),
        ability=_ability(_child(root, "VurderingFunksjonsevne")),
        prognosis=_prognosis(_child(root, "Prognose")),
        connection=_text(root, "ArsakssammenhengLegeerklaring"),
        is_withheld=_code(reservation, "tilbakeholdInnhold", _YES_NO),
        withheld=_text(reservation, "BorTilbakeholdes"),
        other_information=_text(other, "Opplysning"),
        wants_copy=_code(other, "onskesKopi", _YES_NO),
        contacts=_codes(root, "Kontakt", "kontakt", _CONTACTS, "annenInstans"),
    )


#: The element Legeerklaring.
LEGEERKLAERING_2008 = Carried(Legeerklaering, LEGEERKLAERING, _read)
