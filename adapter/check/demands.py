"""What the standards demand of each type of message: one function for each demand, with the path of a violation.

Which type demands what, and how much it matters, is data: the rules of `schemas/profiles/` name a demand each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from adapter.check.profile import Profile
from adapter.check.reading import any_phone, receiver_path, root_path, words_of
from adapter.message import Envelope, Message, Organisation, Party, Person
from adapter.message.dialogmelding import Foresporsel, Notat, RelatedRole
from adapter.message.henvisning import Assessment, Henvisning
from adapter.message.party import ENH, HER, NATIONAL_IDS

#: Returns where a demand is not met, or None where it is.
Demand = Callable[[Message, Profile], str | None]

#: An organisation of the specialist health service, list 9040.
_SPECIALIST = "101"
_SENIORITY, _WAITING_ENDED = "1", "4"
_CONTACT_AT_RECEIVER = "24"
_PDF = "application/pdf"
_LEVELS = 2

# --- The head ---------------------------------------------------------------------------------------------------


def _type(message: Message, _: Profile) -> str | None:
    is_given = message.type is not None and bool(message.type.value)
    return None if is_given else f"{_head(message)}/Type"


def _version(message: Message, profile: Profile) -> str | None:
    return None if message.version == profile.version else root_path(message)


def _sender(message: Message, _: Profile) -> str | None:
    place = "/Message/ServReq/Requester" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo/Sender"
    return None if _is_addressed(message.sender) else place


def _receiver(message: Message, _: Profile) -> str | None:
    return None if _is_addressed(message.receiver) else receiver_path(message)


def _copies(message: Message, _: Profile) -> str | None:
    place = "/Message/ServReq/CopyDest" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo/OtherReceiver"
    parties = (party for party in message.other_receivers if party.organisation is not None)
    return None if all(_is_addressed(party) for party in parties) else place


def _one_receiver(message: Message, _: Profile) -> str | None:
    return "/MsgHead/MsgInfo/OtherReceiver" if message.other_receivers else None


def _organisation_number(message: Message, _: Profile) -> str | None:
    outer = message.sender.organisation if message.sender else None
    return None if outer is not None and outer.identified_by(ENH) else "/Message/ServReq/Requester/HCP/Inst"


def _reference(message: Message, _: Profile) -> str | None:
    reference = message.conversation
    is_whole = reference is not None and bool(reference.parent) and bool(reference.conversation)
    return None if is_whole else "/MsgHead/MsgInfo/ConversationRef"


def _reference_of_change(message: Message, profile: Profile) -> str | None:
    """A first message refers to none; a change or cancellation refers to what it changes."""
    referral = message.henvisning
    if referral is not None and (referral.is_change or referral.is_cancellation):
        return _reference(message, profile)
    return "/MsgHead/MsgInfo/ConversationRef" if message.conversation is not None else None


def _patient(message: Message, _: Profile) -> str | None:
    """A name with a national number; without a number the sender's own, date of birth and sex."""
    patient = message.patient
    if patient is not None and patient.name:
        if patient.identified_by(*NATIONAL_IDS):
            return None
        if (patient.local_id or patient.identifiers) and patient.date_of_birth and patient.sex:
            return None
    return "/Message/ServReq/Patient" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo/Patient"


# --- Referrals --------------------------------------------------------------------------------------------------


def _problem(message: Message, _: Profile) -> str | None:
    referral = message.henvisning
    return f"{root_path(message)}/ReasonAsText" if referral and not any(_under(referral, "PROB")) else None


def _purpose(message: Message, profile: Profile) -> str | None:
    """Under its own heading, or under one inside the text of the problem, as senders may do (HISD 1032)."""
    referral = message.henvisning
    if referral is None or any(_under(referral, "UTRED")):
        return None
    heading = profile.words["purpose"]
    is_merged = any(heading.search(text.lower()) for text in _under(referral, "PROB"))
    return None if is_merged else f"{root_path(message)}/ReasonAsText"


def _referrer(message: Message, _: Profile) -> str | None:
    referral = message.henvisning
    is_named = referral is not None and any(person.name for person in referral.professionals("HHE"))
    return None if is_named else _people_path(message)


def _profession(message: Message, _: Profile) -> str | None:
    people = message.henvisning.professionals("HHE") if message.henvisning else ()
    is_said = all(person.profession is not None and person.profession.shown for person in people)
    return None if is_said else _people_path(message)


def _general_practitioner(message: Message, _: Profile) -> str | None:
    """Emergencies are not asked for it."""
    referral = message.henvisning
    if referral is None or _priority_of(referral) == "0":
        return None
    return None if any(person.name for person in referral.professionals("FLE")) else _people_path(message)


def _priority(message: Message, _: Profile) -> str | None:
    referral = message.henvisning
    return None if referral and _priority_of(referral) else f"{root_path(message)}/ReqServ/Priority"


def _diagnosis(message: Message, _: Profile) -> str | None:
    concepts = [entry.concept for entry in message.henvisning.diagnoses] if message.henvisning else []
    is_whole = any(concept and concept.value and concept.system and concept.name for concept in concepts)
    return None if is_whole else f"{root_path(message)}/Diagnosis"


def _no_assessment(message: Message, _: Profile) -> str | None:
    return f"{root_path(message)}/VurderingAvHenvisning" if _assessment(message) else None


def _pathway(message: Message, _: Profile) -> str | None:
    """Only the specialist health service starts a package pathway; an unsaid kind of organisation is none other."""
    organisation = message.sender.organisation if message.sender else None
    kind = organisation.kind.value if organisation and organisation.kind else None
    is_other = kind is not None and kind != _SPECIALIST
    return (
        f"{root_path(message)}/Pakkeforlop" if message.henvisning and message.henvisning.pathways and is_other else None
    )


def _seniority(message: Message, _: Profile) -> str | None:
    assessment = _assessment(message)
    if assessment is None or _SENIORITY in _dates(assessment):
        return None
    return f"{root_path(message)}/VurderingAvHenvisning/DatoMottakOgVurdering"


def _waiting_end(message: Message, _: Profile) -> str | None:
    assessment = _assessment(message)
    if assessment is None or _WAITING_ENDED not in _dates(assessment):
        return None
    code = assessment.outcome.waiting_end if assessment.outcome else None
    is_given = code is not None and bool(code.value)
    return None if is_given else f"{root_path(message)}/VurderingAvHenvisning/Opplysninger/VentetidSluttkode"


def _original(message: Message, _: Profile) -> str | None:
    is_there = any(document.mime_type == _PDF for document in message.attachments)
    return None if is_there else "/MsgHead/Document/RefDoc"


# --- Dialogue messages ------------------------------------------------------------------------------------------


def _theme(message: Message, profile: Profile) -> str | None:
    themes = [note.theme for note in _notes(message)]
    codes, number = profile.codes["theme"], profile.lists["theme"]
    is_right = bool(themes) and all(
        theme and theme.value in codes and theme.list_number in {number, None} for theme in themes
    )
    return None if is_right else f"{root_path(message)}/Notat/TemaKodet"


def _kind(message: Message, profile: Profile) -> str | None:
    kinds = [question.kind for question in _questions(message)]
    codes, number = profile.codes["kind"], profile.lists["kind"]
    is_right = bool(kinds) and all(
        kind and kind.value in codes and kind.list_number in {number, None} for kind in kinds
    )
    return None if is_right else f"{root_path(message)}/Foresporsel/TypeForesp"


def _subject(message: Message, _: Profile) -> str | None:
    is_given = all((note.subject or "").strip() for note in _notes(message))
    return None if is_given else f"{root_path(message)}/Notat/Tema"


def _text(message: Message, _: Profile) -> str | None:
    is_given = all(words_of(note.text) for note in _notes(message))
    return None if is_given else f"{root_path(message)}/Notat/TekstNotatInnhold"


def _question(message: Message, profile: Profile) -> str | None:
    """A question of a kind that says nothing by itself has words."""
    silent = (
        question
        for question in _questions(message)
        if question.kind and question.kind.value in profile.codes["other"] and not words_of(question.question)
    )
    return f"{root_path(message)}/Foresporsel/Sporsmal" if any(silent) else None


def _answered_question(message: Message, _: Profile) -> str | None:
    is_there = all(note.foresporsel is not None for note in _notes(message))
    return None if is_there else f"{root_path(message)}/Notat/Foresporsel"


def _responsible(message: Message, _: Profile) -> str | None:
    """A person with family name, given name and a phone number; the number may be the unit's."""
    people = [person for role in _roles(message) for person in _people(role)]
    is_there = any(person.family_name and person.given_name for person in people) and any(
        any_phone(role.unit.organisation.telecoms if role.unit and role.unit.organisation else ())
        or any(any_phone(person.phones()) for person in _people(role))
        for role in _roles(message)
    )
    return None if is_there else f"{root_path(message)}/Notat/RollerRelatertNotat"


def _contact_at_receiver(message: Message, profile: Profile) -> str | None:
    """A first enquiry about a patient says whom at the receiver it is for."""
    is_enquiry = any(note.theme and note.theme.value in profile.codes["enquiry"] for note in _notes(message))
    if message.conversation is not None or not is_enquiry:
        return None
    is_there = any(
        role.role_to_patient is not None and role.role_to_patient.value == _CONTACT_AT_RECEIVER
        for role in _roles(message)
    )
    return None if is_there else f"{root_path(message)}/Notat/RollerRelatertNotat/RoleToPatient"


def _bare_notes(message: Message, _: Profile) -> str | None:
    """Receivers read theme, subject and text only."""
    has_more = any(note.remark or note.document_id or note.date or note.foresporsel for note in _notes(message))
    return f"{root_path(message)}/Notat" if has_more else None


def _pdf_only(message: Message, _: Profile) -> str | None:
    return (
        "/MsgHead/Document/RefDoc/MimeType"
        if any(document.mime_type != _PDF for document in message.attachments)
        else None
    )


DEMANDS: Mapping[str, Demand] = {
    "type": _type,
    "version": _version,
    "sender": _sender,
    "receiver": _receiver,
    "copies": _copies,
    "one receiver": _one_receiver,
    "organisation number": _organisation_number,
    "reference": _reference,
    "reference of a change": _reference_of_change,
    "patient": _patient,
    "problem": _problem,
    "purpose": _purpose,
    "referrer": _referrer,
    "profession": _profession,
    "general practitioner": _general_practitioner,
    "priority": _priority,
    "diagnosis": _diagnosis,
    "no assessment": _no_assessment,
    "pathway": _pathway,
    "seniority": _seniority,
    "end of waiting": _waiting_end,
    "original": _original,
    "theme": _theme,
    "kind": _kind,
    "subject": _subject,
    "text": _text,
    "question": _question,
    "answered question": _answered_question,
    "responsible": _responsible,
    "contact at receiver": _contact_at_receiver,
    "bare notes": _bare_notes,
    "pdf only": _pdf_only,
}

# --- Small questions --------------------------------------------------------------------------------------------


def _head(message: Message) -> str:
    return "/Message" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo"


def _people_path(message: Message) -> str:
    is_old = message.envelope is Envelope.MESSAGE
    return "/Message/ServReq/Patient" if is_old else root_path(message)


def _is_addressed(party: Party | None) -> bool:
    """Tell whether there are an organisation and a communication party in it, each with name and HER-id."""
    members: list[Organisation | Person] = list(party.organisation.walk()) if party and party.organisation else []
    addressed = [member for member in members if member.identified_by(HER)]
    return len(addressed) >= _LEVELS and all(member.name for member in addressed)


def _under(referral: Henvisning, heading: str) -> Iterator[str]:
    """Yield the texts under a heading of list 8231."""
    for reason in referral.reasons:
        if reason.heading is not None and reason.heading.value == heading and (reason.text or "").strip():
            yield reason.text or ""


def _priority_of(referral: Henvisning) -> str | None:
    priority = referral.requested.priority if referral.requested else None
    return priority.value if priority else None


def _assessment(message: Message) -> Assessment | None:
    return message.henvisning.assessment if message.henvisning else None


def _dates(assessment: Assessment) -> set[str | None]:
    return {entry.kind.value for entry in assessment.dates if entry.kind and entry.date}


def _notes(message: Message) -> tuple[Notat, ...]:
    return message.dialogmelding.notater if message.dialogmelding else ()


def _questions(message: Message) -> tuple[Foresporsel, ...]:
    return message.dialogmelding.foresporsler if message.dialogmelding else ()


def _roles(message: Message) -> tuple[RelatedRole, ...]:
    return tuple(role for note in _notes(message) for role in note.roles)


def _people(role: RelatedRole) -> tuple[Person, ...]:
    found = (role.person, role.unit.person if role.unit else None)
    return tuple(person for person in found if person is not None)
