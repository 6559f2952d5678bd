"""The base rules of every message (MSG), as far as the message alone can answer them.

The rules that need the register or the store (MSG-07 to MSG-10, MSG-17) are asked by the flow; their rows stand in
`rules` with the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapter.check import rules
from adapter.check.finding import Finding
from adapter.check.policy import READ_KINDS, Policy
from adapter.message import Document, Envelope, Kind, Message, Patient, Person
from adapter.message.identity import IdentityNumber
from adapter.message.party import NATIONAL_IDS

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
#: Numbers that identify a patient together with a name (HIS 80415:2012 3.3.2).
_IDENTIFYING = ("FNR", "DNR", "FHN")
_SHOWABLE = frozenset({"application/pdf", "image/jpeg", "image/jpg", "image/pjpeg", "image/png"})
#: The message about a message's errors: it may leave the patient out, because it may be the wrong one.
_ABOUT_ERRORS = "DIALOG_AVVIK"


def check(message: Message, policy: Policy) -> Iterator[Finding]:
    """Yield the findings of all base rules but MSG-15, which is asked first (`real_person`)."""
    yield from message_id(message, policy)
    if message.kind in READ_KINDS:
        yield from patient(message, policy)
    yield from attachments(message, policy)
    yield from test_person(message, policy)


def is_emergency(message: Message) -> bool:
    """Tell whether this is a referral with priority 0, which is never rejected if it can be read."""
    referral = message.henvisning
    return (
        referral is not None
        and referral.requested is not None
        and referral.requested.priority is not None
        and referral.requested.priority.value == "0"
    )


def patient_path(message: Message) -> str:
    """Return where the standard keeps the patient."""
    return f"{_service_path(message)}/Patient" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo/Patient"


def _service_path(message: Message) -> str:
    return "/Message/ServRprt" if message.kind is Kind.EPIKRISE else "/Message/ServReq"


def message_id(message: Message, policy: Policy) -> Iterator[Finding]:
    """MSG-04: the message id is a UUID."""
    if message.kind is Kind.APPREC or _UUID.fullmatch((message.msg_id or "").strip()):
        return
    path = "/Message/MsgId" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo/MsgId"
    yield rules.MSG_04.finding(policy.direction, path=path)


def patient(message: Message, policy: Policy) -> Iterator[Finding]:
    """MSG-05 and MSG-06: the patient is sufficiently identified, by a number that can be.

    Whether the patient has a journal, without which a discharge letter must be rejected (E35, payload standards A15),
    only the receiver's own system knows; a party whose system cannot accept one should answer itself (`receipts`).
    """
    path = patient_path(message)
    person = message.about
    if not is_identified(person):
        if message.type_code != _ABOUT_ERRORS:
            rule = rules.MSG_05_EMERGENCY if is_emergency(message) else rules.MSG_05
            yield rule.finding(policy.direction, path=path)
        return
    number = person.identified_by(*NATIONAL_IDS) if person else None
    if number is not None and not IdentityNumber.of(number).is_valid:
        yield rules.MSG_06.finding(policy.direction, path=path)


def is_identified(person: Patient | None) -> bool:
    """Tell whether there is a name with an identity number, or with date of birth and sex."""
    if person is None or not person.name:
        return False
    if person.identified_by(*_IDENTIFYING):
        return True
    has_birth = person.date_of_birth is not None and bool(person.date_of_birth.text.strip())
    return has_birth and person.sex is not None and bool(person.sex.value)


def attachments(message: Message, policy: Policy) -> Iterator[Finding]:
    """MSG-13: every attachment is of a kind that can be shown."""
    for place, document in enumerate(message.documents, start=1):
        if document.is_attachment and not _is_showable(document):
            is_old = message.envelope is Envelope.MESSAGE
            path = f"{_service_path(message)}/RefDoc[{place - 1}]" if is_old else f"/MsgHead/Document[{place}]/RefDoc"
            yield rules.MSG_13.finding(policy.direction, path=path)


def test_person(message: Message, policy: Policy) -> Iterator[Finding]:
    """MSG-14: no test message and no test person in production."""
    if policy.environment != "prod":
        return
    if message.status is not None and message.status.value == "TEST":
        yield rules.MSG_14.finding(policy.direction, path="/Message/Status")
    elif any(IdentityNumber.of(number).is_synthetic for number in _numbers(message.about)):
        yield rules.MSG_14.finding(policy.direction, path=patient_path(message))


def real_person(message: Message, policy: Policy) -> Iterator[Finding]:
    """MSG-15: nobody in a test environment has a number that a living person can have."""
    if policy.environment == "test" and any(
        is_real(number, policy) for person in _people(message) for number in _numbers(person)
    ):
        yield rules.MSG_15.finding(policy.direction)


def is_real(number: str, policy: Policy) -> bool:
    """Tell whether a living person can have a number, agreed test persons aside."""
    return number not in policy.allowed_numbers and IdentityNumber.of(number).is_real_range


def _is_showable(document: Document) -> bool:
    return (document.mime_type or "").partition(";")[0].strip().lower() in _SHOWABLE


def _numbers(person: Person | None) -> Iterator[str]:
    """Yield the numbers of a person that are identity numbers, or that nobody says are not."""
    for identifier in person.identifiers if person else ():
        is_unsaid = identifier.kind is None or not identifier.kind.value
        if is_unsaid or identifier.is_kind(*NATIONAL_IDS):
            yield "".join((identifier.value or "").replace(".", "").split())


def _people(message: Message) -> Iterator[Person]:
    """Yield everyone a message names."""
    parties = [party for party in (message.sender, *message.receivers) if party is not None]
    people: list[Person | None] = [message.patient]
    referral, dialogue = message.henvisning, message.dialogmelding
    if referral is not None:
        parties += [relation.party for relation in referral.care_relations if relation.party is not None]
        people += [
            *(relative.person for relative in referral.relatives),
            *(contact.person for contact in referral.contact_persons),
            *(contact.person for contact in referral.contacts),
            *(responsible.person for responsible in referral.responsibles),
            *(entry.person for entry in referral.assisted_communication),
            *(entry.interpreter for entry in referral.assisted_communication),
        ]
    if dialogue is not None:
        roles = [role for note in dialogue.notater for role in note.roles]
        roles += [role for question in dialogue.foresporsler for role in question.roles]
        people += [person for role in roles for person in (role.person, role.unit.person if role.unit else None)]
    people += [party.person for party in parties]
    yield from (person for person in people if person is not None)
    for party in parties:
        if party.organisation is not None:
            yield from (member for member in party.organisation.walk() if isinstance(member, Person))
