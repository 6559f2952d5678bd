"""A referral of any version as Henvisning 2.0, as far as that has a place for what it says.

Nothing is guessed: what does not map is told in words where a reader needs it (a priority, a medicine's use, a wish),
and the original follows as a document beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adapter.flow.drafts.frame import names_of
from adapter.flow.mirror import ORGANISATION_IDS, PERSON_IDS, family_and_given, with_lists
from adapter.message.address import Address
from adapter.message.code import Code, Moment, coded
from adapter.message.dialogmelding import RelatedUnit
from adapter.message.henvisning import (
    AssistedCommunication,
    CareRelation,
    Comment,
    Consent,
    Contact,
    ContactPerson,
    DateResult,
    Henvisning,
    InformationItem,
    Institution,
    Medication,
    Observation,
    Precaution,
    Reason,
    Relative,
    RequestedService,
    Responsible,
    ResultItem,
)
from adapter.message.message import Message
from adapter.message.party import (
    HER,
    HealthcareProfessional,
    Identifier,
    Organisation,
    Party,
    Patient,
    Person,
)

_PRIORITIES = {
    "0": "Øyeblikkelig hjelp",
    "3": "Haster (elektiv)",
    "N": "Elektiv/Ordinær (elektiv)",
    "PK": "Pakkeforløp for kreft (elektiv)",
}
#: Internal priorities of version 1.x (list 8304) by what they are in list 8306; the words themselves follow too.
_PRIORITY_OF = {
    **dict.fromkeys(("1H", "2H", "4H", "8H", "1"), "0"),
    **dict.fromkeys(("2", "7", "14", "21"), "3"),
    **dict.fromkeys(("30", "90", "180", "360"), "N"),
}
#: Use of a medicine: list 7307 by list 9101, where they mean the same.
_USES = {"6": Code("1", "Fast"), "5": Code("3", "Ved behov")}
#: List 8455.
_KINDS = {"10": "Utredning/behandling", "11": "Råd til henviser", "99": "Øvrige henvisninger"}
_GP, _REFERRER, _WANTED_PERSON, _WANTED_PLACE = "FLE", "HHE", "OEB", "OES"
_WANTED = "Ønsket behandlingssted"


def modern(message: Message, referral: Henvisning) -> Henvisning:
    """Return the referral's content as Henvisning 2.0 holds it; one of that version as it is."""
    if referral.version == "2.0":
        return referral
    kind = referral.description.value if referral.description and referral.description.value in _KINDS else "10"
    people = _People(message, referral)
    wishes = [f"{_WANTED}: {name}" for name in people.unplaced_wishes()]
    said = [part for part in (referral.request_comment, *wishes) if part]
    return Henvisning(
        version="2.0",
        service_type=Code("N", "Ny"),
        issued=referral.issued,
        payment_category=referral.payment_category,
        request_comment="\r\n\r\n".join(said) or None,
        description=coded(8455, kind, _KINDS[kind]),
        basis_for_services=referral.basis_for_services,
        precautions=tuple(map(_precaution, referral.precautions)),
        information=tuple(map(_information, referral.information)),
        reasons=tuple(map(_reason, referral.reasons)),
        diagnoses=referral.diagnoses,
        requested=_requested(referral.requested),
        comments=tuple(map(_comment, referral.comments)),
        relatives=tuple(map(_relative, referral.relatives)),
        units=tuple(people.wanted_places()),
        contacts=tuple(people.contacts()),
        responsibles=tuple(people.responsibles()),
        contact_persons=(
            *(replace(person, person=_person(person.person)) for person in referral.contact_persons),
            *map(_employer, referral.institutions),
        ),
        assisted_communication=tuple(map(_communication, referral.assisted_communication)),
        consents=tuple(map(_consent, referral.consents)),
    )


def patient_of(patient: Patient | None) -> Patient | None:
    """Return the patient as MsgHead writes one, with address and phone numbers."""
    if patient is None:
        return None
    family, given = names_of(patient)
    born = patient.date_of_birth.day if patient.date_of_birth else None
    return Patient(
        family_name=family,
        middle_name=patient.middle_name,
        given_name=given,
        date_of_birth=Moment(born.isoformat()) if born else None,
        sex=patient.sex,
        nationality=patient.nationality,
        identifiers=with_lists(patient.identifiers, PERSON_IDS),
        address=_address(patient.address),
        telecoms=patient.phones(),
    )


class _People:
    """The parties that version 1.x relates to the patient, in the places that version 2.0 has for them."""

    def __init__(self, message: Message, referral: Henvisning) -> None:
        self._message = message
        self._relations = referral.care_relations

    def contacts(self) -> Iterable[Contact]:
        for relation, role in ((_GP, coded(9034, "6", "Fastlege")), (_WANTED_PERSON, _WANTED_ROLE)):
            for party in self._parties(relation):
                person = self._professional(party)
                if person.identifiers:
                    yield Contact(person=replace(person, role_to_patient=role))

    def responsibles(self) -> Iterable[Responsible]:
        for party in self._parties(_REFERRER):
            person = self._professional(party)
            if not person.identifiers and self._message.sender and self._message.sender.her_id:
                # version 2.0 takes no person without a number: the referrer is reached where the referral came from
                numbers = with_lists((Identifier(self._message.sender.her_id, Code(HER)),), PERSON_IDS)
                person = replace(person, identifiers=numbers)
            if person.identifiers:
                yield Responsible(person=person, relation=coded(8254, _REFERRER, "Henvisende helsepersonell"))

    def wanted_places(self) -> Iterable[RelatedUnit]:
        for party in self._parties(_WANTED_PLACE):
            place = party.organisation
            numbers = with_lists(place.identifiers, ORGANISATION_IDS) if place else ()
            if place and numbers:
                yield RelatedUnit(organisation=Organisation(name=place.name or "", identifiers=numbers), note=_WANTED)

    def unplaced_wishes(self) -> Iterable[str]:
        """Yield the wishes that have no number, by which alone version 2.0 can name them."""
        for relation in (_WANTED_PLACE, _WANTED_PERSON):
            for party in self._parties(relation):
                holder = party.person or party.organisation
                if holder and not with_lists(holder.identifiers, PERSON_IDS) and party.name:
                    yield party.name

    def _parties(self, relation: str) -> Iterable[Party]:
        return (entry.party for entry in self._relations if _has(entry, relation) and entry.party)

    def _professional(self, party: Party) -> HealthcareProfessional:
        member = party.person or next(iter(party.organisation.people if party.organisation else ()), None)
        found = member if isinstance(member, HealthcareProfessional) else HealthcareProfessional()
        family, given = family_and_given(found.full_name or "") if found.full_name else (found.family_name, None)
        address = found.address or party.address
        return HealthcareProfessional(
            profession=found.profession if found.profession and found.profession.value else None,
            family_name=family,
            given_name=given or found.given_name,
            identifiers=with_lists(found.identifiers, PERSON_IDS),
            address=_address(address),
            telecoms=found.telecoms or (address.telecoms if address else ()),
        )


_WANTED_ROLE = coded(9034, "23", "Ønsket behandler")


def _has(entry: CareRelation, relation: str) -> bool:
    return entry.relation is not None and entry.relation.value == relation


def _information(item: InformationItem) -> InformationItem:
    content = item.content
    if isinstance(content, Medication):
        content = _medication(content)
    elif isinstance(content, ResultItem):
        result = content.result
        if isinstance(result, DateResult):
            result = DateResult(value=_date(result.value))
        content = replace(content, result=result, examined=_time(content.examined))
    return InformationItem(
        content=content,
        kind=_listed(item.kind, 8233),
        start=_time(item.start),
        end=_time(item.end),
        origin=_time(item.origin),
    )


def _medication(medicine: Medication) -> Medication | Observation:
    """Return a medicine with its use in version 2.0's list, or all of it in words: a use is never guessed."""
    use = _USES.get(medicine.status.value or "") if medicine.status else None
    if use:
        return replace(medicine, status=use)
    quantities = (
        (medicine.dose, "Enhetsdose"),
        (medicine.supplied, "Mengde"),
        (medicine.duration, "Varighet"),
    )
    measured = [f"{label}: {value.value or ''} {value.unit or ''}".strip() for value, label in quantities if value]
    words = [
        medicine.drug.shown if medicine.drug else None,
        medicine.dosage,
        *measured,
        f"Status: {medicine.status.shown}" if medicine.status and medicine.status.shown else None,
    ]
    return Observation(description=", ".join(word for word in words if word), comment=medicine.comment)


def _reason(reason: Reason) -> Reason:
    return replace(reason, heading=_listed(reason.heading, 8231))


def _comment(comment: Comment) -> Comment:
    return replace(comment, heading=_listed(comment.heading, 8234))


def _precaution(precaution: Precaution) -> Precaution:
    return Precaution(text=precaution.text or "", start=_time(precaution.start), end=_time(precaution.end))


def _requested(service: RequestedService | None) -> RequestedService:
    """Return what is asked for; where the priority's own list is gone, its words stay."""
    old = service.priority if service else None
    value = (old.value if old else None) or "N"
    new = value if value in _PRIORITIES else _PRIORITY_OF.get(value, "N")
    words = [
        service.comment if service else None,
        f"Hastegrad i den opprinnelige henvisningen: {old.shown}" if old and value != new else None,
        f"Ønsket tjeneste: {service.service.id.shown}" if service and service.service and service.service.id else None,
    ]
    return RequestedService(
        service_type=Code("N", "Ny"),
        date=_date(service.date) if service else None,
        priority=Code(new, _PRIORITIES[new]),
        comment="\r\n\r\n".join(word for word in words if word) or None,
    )


def _relative(relative: Relative) -> Relative:
    kinship = relative.kinship.description if relative.kinship else None
    words = (relative.note, relative.description, relative.role, kinship)
    return Relative(
        relation=relative.relation,
        care=relative.care,
        person=_person(relative.person),
        note="; ".join(word for word in words if word) or None,
    )


def _employer(place: Institution) -> ContactPerson:
    """Return a body outside health care as the place of a contact person, the only one that version 2.0 has for it."""
    return ContactPerson(
        occupation=place.role or place.working_time,
        workplace=place.name,
        person=_person(Person(full_name=place.contact or "Ikke oppgitt", address=place.address)),
        note=place.note,
    )


def _communication(need: AssistedCommunication) -> AssistedCommunication:
    return replace(
        need,
        person=_person(need.person) if need.person else None,
        interpreter=_person(need.interpreter) if need.interpreter else None,
        ended=_date(need.ended),
        person_number=None,
        interpreter_number=None,
    )


def _consent(consent: Consent) -> Consent:
    return replace(consent, date=_date(consent.date))


def _person(person: Person | None) -> Person:
    if person is None:
        return Person(family_name="Ikke oppgitt")
    family, given = person.family_name, person.given_name
    if not family and person.full_name:
        family, given = family_and_given(person.full_name)
    return Person(
        family_name=family,
        middle_name=person.middle_name,
        given_name=given,
        date_of_birth=_date(person.date_of_birth),
        sex=person.sex,
        nationality=person.nationality,
        identifiers=with_lists(person.identifiers, PERSON_IDS),
        address=_address(person.address),
        telecoms=person.phones(),
    )


def _address(address: Address | None) -> Address | None:
    """Return an address without the parts that only version 1.x writes inside it; None where nothing is left."""
    kept = replace(address, district=None, telecoms=()) if address else None
    return kept if kept and replace(kept, kind=None) != Address() else None


def _listed(code: Code | None, number: int) -> Code | None:
    """Return a code with the list that version 1.x leaves out."""
    return coded(number, code.value, code.name) if code and code.value else code


def _time(moment: Moment | None) -> Moment | None:
    """Return a date or time as an xs:dateTime; nothing where it is none."""
    if moment is None or moment.instant is None:
        return None
    return moment if "T" in moment.text else Moment(f"{moment.text.strip()[:10]}T00:00:00")


def _date(moment: Moment | None) -> Moment | None:
    """Return the date of a date or time; nothing where it is none."""
    day = moment.day if moment else None
    return Moment(day.isoformat()) if day else None
