"""The profile NAVT: what a doctor's message to NAV should be (domain rules C.6, and A.2 for answers).

Outbound most of it stops the message, because NAV would reject it, lose a part of it, or never answer. Inbound the
same is a remark: the adapter carries the message on, and NAV answers. Two rules ask what was sent before, so the flow
asks them (`flow.preflight`): NAVT-10 of an unknown conversation, and NAVT-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from adapter.check import nav_facts
from adapter.check.codelists import CodeLists
from adapter.check.finding import Finding
from adapter.check.nav_facts import LONGEST_TEXT, MOST_ATTACHMENTS, Loss, Process
from adapter.check.policy import Policy
from adapter.check.profile import Profile
from adapter.message import Base64Data, HealthcareProfessional, Henvisning, Kind, Message, Notat, Opaque
from adapter.message.identity import IdentityNumber, Scheme, is_hpr_number
from adapter.message.party import ENH, HPR
from adapter.wire.namespaces import XMLDSIG

#: The word in a party's `profiles`.
PROFILE = "navt"

_NAV_HER, _NAV_ENH = "79768", "889640782"
_NUMBERS = ("FNR", "DNR")
#: Written to other systems of NAV, by standards that are not judged here.
_OTHERS = frozenset({Kind.SYKMELDING, Kind.LEGEERKLAERING, Kind.APPREC})
_LAST_OF_LATIN_1 = "\xff"
#: Bytes of all attachments as they are sent, in base64 (HIS 1036).
_MOST_BYTES = 10_000_000
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_INFO = "/MsgHead/MsgInfo"
_SENDER, _PATIENT = f"{_INFO}/Sender", f"{_INFO}/Patient"
_DIALOGUE = "/MsgHead/Document/RefDoc/Content/Dialogmelding"
_NOTE = f"{_DIALOGUE}/Notat"
_TEXT = f"{_NOTE}/TekstNotatInnhold"

_WHY = {
    Loss.TYPE: "its type is none that NAV keeps",
    Loss.NO_PDF: "it says it is a PDF and does not begin with %PDF-",
    Loss.TOO_MANY: f"it is one of more than {MOST_ATTACHMENTS}",
}


def check(message: Message, codelists: CodeLists, policy: Policy, now: datetime) -> Iterator[Finding]:
    """Yield the findings of the profile; none of kinds that NAV reads by other standards."""
    del now  # nothing here depends on it
    if message.kind in _OTHERS:
        return
    process = Process.by_content(message)
    dialogue = message.dialogmelding
    if process is None or dialogue is None or dialogue.version != "1.0":
        yield from _say(policy, "NAVT-01", path=f"{_INFO}/Type")
        return
    note = nav_facts.first_note(message)
    yield from _theme(message, process, note, codelists, policy)
    yield from _text(process, note, policy)
    yield from _people(message, policy)
    yield from _signature(message, policy)
    yield from _receiver(message, policy)
    yield from _attachments(message, policy)
    yield from _conversation(message, process, note, policy)
    yield from _secrecy(message, note, policy)


def _say(
    policy: Policy, rule: str, variant: str = "", *, path: str | None = None, **details: str | int
) -> Iterator[Finding]:
    """Yield the finding of a rule, where it applies in the direction of the policy."""
    row = Profile.load(PROFILE).rule(rule, variant)
    if row.severity(policy.direction) is not None:
        yield row.finding(policy.direction, severity=None, path=path, line=None, tolerance=None, **details)


def _theme(
    message: Message, process: Process, note: Notat | None, codelists: CodeLists, policy: Policy
) -> Iterator[Finding]:
    """NAVT-02: one note, of a theme that NAV takes, under the list's name for it."""
    path = f"{_NOTE}/TemaKodet"
    theme = note.theme if note else None
    if not nav_facts.has_theme_of(process, note):
        yield from _say(policy, "NAVT-02", path=path)
    elif not nav_facts.is_theme_taken(process, note):
        yield from _say(policy, "NAVT-02", "meeting", path=path)
    elif theme is not None and theme.list_number is not None and theme.value is not None:
        if theme.list_number != process.lists[0]:
            yield from _say(policy, "NAVT-02", "echo", path=path)
        name = codelists.name_of(theme.list_number, theme.value)
        if name is not None and theme.name != name:
            yield from _say(policy, "NAVT-02", "name", path=path, name=name)
    if message.dialogmelding is not None and len(message.dialogmelding.notater) > 1:
        yield from _say(policy, "NAVT-02", "several", path=f"{_NOTE}[2]")


def _text(process: Process, note: Notat | None, policy: Policy) -> Iterator[Finding]:
    """NAVT-03 and NAVT-04: there is plain text, not too much of it, and it agrees with the code."""
    text = nav_facts.note_text(note)
    if not text:
        if process is not Process.MEETING:
            yield from _say(policy, "NAVT-04", path=_NOTE)
        return
    written = note.text if note else None
    if written is not None and (written.markup or not written.is_typed):
        yield from _say(policy, "NAVT-04", "typed", path=_TEXT)
    if len(text) > LONGEST_TEXT:
        yield from _say(policy, "NAVT-04", "long", path=_TEXT, length=len(text), most=LONGEST_TEXT)
    if max(text) > _LAST_OF_LATIN_1:
        yield from _say(policy, "NAVT-04", "letters", path=_TEXT)
    if process is Process.INQUIRY:
        yield from _sick_leave(note, text.lower(), policy)


def _sick_leave(note: Notat | None, text: str, policy: Policy) -> Iterator[Finding]:
    words = Profile.load(PROFILE).words
    # what is said not to be is taken away before looking for what is
    rest = words["no_sick_leave"].sub(" ", text)
    is_on_leave = words["sick_leave"].search(rest) is not None
    code = note.theme.value if note and note.theme else None
    if code == "1" and not is_on_leave:
        yield from _say(policy, "NAVT-03", path=f"{_NOTE}/TemaKodet")
    elif code == "2" and is_on_leave and rest == text:
        yield from _say(policy, "NAVT-03", "on leave", path=f"{_NOTE}/TemaKodet")


def _people(message: Message, policy: Policy) -> Iterator[Finding]:
    """NAVT-05 and NAVT-06: the patient and the doctor are people that NAV can find."""
    number = (message.patient.identified_by(*_NUMBERS) if message.patient else None) or ""
    doctors = nav_facts.doctors(message)
    own = {doctor.identified_by(*_NUMBERS) for doctor in doctors} - {None}
    verdict = IdentityNumber.of(number)
    if not nav_facts.is_eleven_digits(number):
        yield from _say(policy, "NAVT-05", path=_PATIENT)
    elif verdict.is_valid and verdict.scheme is Scheme.FROM_2032:
        yield from _say(policy, "NAVT-05", "2032", path=_PATIENT)
    elif not verdict.is_valid or not nav_facts.is_valid_for_nav(number):
        yield from _say(policy, "NAVT-05", "digits", path=_PATIENT)
    if number in own:
        yield from _say(policy, "NAVT-05", "same", path=_PATIENT)
    if len(doctors) == 1 and is_hpr_number(doctors[0].identified_by(HPR) or ""):
        yield from _doctor(doctors[0], policy)
    else:
        yield from _say(policy, "NAVT-06", path=_SENDER)


def _doctor(doctor: HealthcareProfessional, policy: Policy) -> Iterator[Finding]:
    profession = doctor.profession.value if doctor.profession else None
    if profession not in Profile.load("nav").codes["professions"]:
        yield from _say(policy, "NAVT-06", "profession", path=_SENDER)
    if not doctor.identified_by(*_NUMBERS):
        yield from _say(policy, "NAVT-06", "number", path=_SENDER)


def _signature(message: Message, policy: Policy) -> Iterator[Finding]:
    """NAVT-07, as far as the message alone tells: whether anything in it could say who signs."""
    is_signed = isinstance(message.opaque, Opaque) and message.opaque.namespace == XMLDSIG
    if is_signed or any(nav_facts.is_token(document) for document in message.documents):
        yield from _say(policy, "NAVT-07", "signed")
    else:
        yield from _say(policy, "NAVT-07", path="/MsgHead/Signature")


def _receiver(message: Message, policy: Policy) -> Iterator[Finding]:
    """NAVT-08: NAV's own address; in test the configured one, or one that NAV has there."""
    receiver = message.receiver
    number = receiver.organisation.identified_by(ENH) if receiver and receiver.organisation else None
    her_id = receiver.her_id if receiver else None
    is_right = her_id == _NAV_HER
    if policy.environment == "test":
        is_known = Profile.load(PROFILE).words["nav_in_test"].fullmatch(her_id or "") is not None
        is_right = her_id in policy.receiver_her_ids or is_known
    if not is_right or number != _NAV_ENH:
        yield from _say(policy, "NAVT-08", path=f"{_INFO}/Receiver")


def _attachments(message: Message, policy: Policy) -> Iterator[Finding]:
    """NAVT-09: nothing is lost on the way or at NAV."""
    size = 0
    for enclosure in nav_facts.enclosures(message):
        connection = enclosure.document.connection
        size += sum(len(item.encoded) for item in enclosure.document.content or () if isinstance(item, Base64Data))
        if enclosure.loss is Loss.UNMARKED or connection is None or connection.value != "V":
            yield from _say(policy, "NAVT-09", "marks", path=enclosure.path)
        if enclosure.loss in _WHY:
            yield from _say(policy, "NAVT-09", path=enclosure.path, why=_WHY[enclosure.loss])
    if size > _MOST_BYTES:
        yield from _say(policy, "NAVT-09", "size", size=f"{size / 1_000_000:.1f}")


def _conversation(message: Message, process: Process, note: Notat | None, policy: Policy) -> Iterator[Finding]:
    """NAVT-10: an inquiry asks nothing by Foresporsel; an answer names what it answers, and carries the question."""
    dialogue, named = message.dialogmelding, message.conversation
    references = {part for part in (named.parent, named.conversation) if part} if named else set()
    if any(_UUID.fullmatch(part.strip()) is None for part in references):
        yield from _say(policy, "NAVT-10", "shape", path=f"{_INFO}/ConversationRef")
    question = note.foresporsel if note else None
    if process is Process.INQUIRY:
        if question is not None or (dialogue is not None and dialogue.foresporsler):
            yield from _say(policy, "NAVT-10", path=_DIALOGUE)
        return
    if named is None or not named.parent or not named.conversation:
        yield from _say(policy, "NAVT-10", "unnamed", path=f"{_INFO}/ConversationRef")
    if process is Process.ANSWER and question is None:
        yield from _say(policy, "NAVT-10", "question", path=_NOTE)


def _secrecy(message: Message, note: Notat | None, policy: Policy) -> Iterator[Finding]:
    """NAVT-12: nobody else's number, and no whole referral."""
    words = Profile.load(PROFILE).words
    number = message.patient.identified_by(*_NUMBERS) if message.patient else None
    if any("".join(found.split()) != number for found in words["number"].findall(nav_facts.note_text(note))):
        yield from _say(policy, "NAVT-12", path=_TEXT)
    for place, document in enumerate(message.documents, start=1):
        names = f"{document.description or ''} {document.content_description or ''} {document.file_reference or ''}"
        if words["referral"].search(names.lower()) or any(
            isinstance(item, Henvisning) for item in document.content or ()
        ):
            yield from _say(policy, "NAVT-12", "referral", path=f"/MsgHead/Document[{place}]/RefDoc")
            return
