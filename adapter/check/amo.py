"""The profile AMO: what a referral to Arbeidsrettet mestringsopphold should say.

A referral is never rejected for what it lacks (HIS 80415:2012 3.3.2): inbound, a lack is a task and a question to
the referrer. Outbound the same lacks can stop the message, because there the author can still mend it.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.check import amo_rules, base
from adapter.check.codelists import CodeLists
from adapter.check.facts import Facts, Marking, Presence, facts_of, marking_of
from adapter.check.finding import Direction, Finding, Severity
from adapter.check.policy import Policy
from adapter.check.rule import Rule
from adapter.message import Dialogmelding, Envelope, HealthcareProfessional, Henvisning, Message, Patient
from adapter.message.identity import IdentityNumber, Scheme, is_hpr_number
from adapter.message.party import HPR, NATIONAL_IDS

#: The word in a party's `profiles`.
PROFILE = "amo"

_REFERRERS = frozenset({"LE", "KI", "MT"})
#: Codes of list 8455 that ask for something else than examination or treatment.
_OTHER_PURPOSES = frozenset({"11", "99"})
_SEXES = frozenset({"1", "2"})


def check(message: Message, codelists: CodeLists, policy: Policy) -> Iterator[Finding]:
    """Yield the findings of the profile, for messages it is about; none for cancellations."""
    referral = message.henvisning
    if referral is None:
        # what belongs to a conversation is about a referral that is here already
        if message.dialogmelding is not None and not _is_reply(message):
            yield from _referral_in_disguise(message.dialogmelding, policy)
        return
    if referral.is_cancellation:
        return
    facts = facts_of(message, referral)
    yield from _marking(facts, policy)
    if policy.is_dedicated or facts.marking in {Marking.WHOLE, Marking.HIA}:
        place = _Places(message)
        yield from _content(facts, place, policy)
        yield from _patient(message, facts, place, policy)
        yield from _referrer(facts, place, codelists, policy)
        yield from _frame(message, referral, place, policy)


class _Places:
    """Where the standard keeps what the profile asks for."""

    def __init__(self, message: Message) -> None:
        is_old = message.envelope is Envelope.MESSAGE
        self.patient = base.patient_path(message)
        self.root = "/Message/ServReq" if is_old else "/MsgHead/Document/RefDoc/Content/Henvisning"
        #: Clinical facts.
        self.facts = self.patient if is_old else self.root
        self.receiver = f"{self.root}/ServProvider" if is_old else "/MsgHead/MsgInfo/Receiver"


def _marking(facts: Facts, policy: Policy) -> Iterator[Finding]:
    direction = policy.direction
    if facts.marking is Marking.HIA:
        yield amo_rules.AMO_01_HIA.finding(direction)
    elif facts.marking is Marking.NEAR:
        yield amo_rules.AMO_01_NEAR.finding(direction)
    elif facts.marking is Marking.NONE:
        # the inbox takes other referrals too, and this may be one of them
        remark = Severity.INFO if direction is Direction.INBOUND and not policy.is_dedicated else None
        yield amo_rules.AMO_01.finding(direction, severity=remark)


def _content(facts: Facts, place: _Places, policy: Policy) -> Iterator[Finding]:
    direction = policy.direction
    stops_silence = policy.strict_sender and direction is Direction.OUTBOUND
    yield from _by_presence(facts.problem, amo_rules.AMO_02, amo_rules.AMO_02_ELSEWHERE, place.root, policy)
    yield from _by_presence(facts.employment, amo_rules.AMO_03, amo_rules.AMO_03_TEXT, place.facts, policy)
    if facts.sick_leave is Presence.MISSING and stops_silence:
        yield amo_rules.AMO_04.finding(direction, severity=Severity.BLOCK, path=place.facts)
    else:
        yield from _by_presence(facts.sick_leave, amo_rules.AMO_04, amo_rules.AMO_04_TEXT, place.facts, policy)
    if facts.has_wrong_sick_leave_dates:
        yield amo_rules.AMO_04_DATES.finding(direction, path=place.facts)
    if facts.earlier is Presence.MISSING:
        yield amo_rules.AMO_05.finding(direction, path=place.facts)
    if not facts.has_complete_diagnosis:
        yield amo_rules.AMO_11.finding(direction, path=place.root)
    if facts.is_in_target_group is False:
        yield amo_rules.AMO_19.finding(direction, path=f"{place.root}/Diagnosis")
    if facts.names_ended_scheme:
        yield amo_rules.AMO_18.finding(direction)


def _by_presence(presence: Presence, missing: Rule, in_text_only: Rule, path: str, policy: Policy) -> Iterator[Finding]:
    if presence is Presence.MISSING:
        yield missing.finding(policy.direction, path=path)
    elif presence is Presence.TEXT:
        yield in_text_only.finding(policy.direction, path=path)


def _patient(message: Message, facts: Facts, place: _Places, policy: Policy) -> Iterator[Finding]:
    if not facts.has_patient_phone:
        yield amo_rules.AMO_06.finding(policy.direction, path=place.patient)
    if message.patient is not None and disagrees(message.patient):
        yield amo_rules.AMO_16.finding(policy.direction, path=place.patient)


def disagrees(patient: Patient) -> bool:
    """Tell whether a valid identity number says another birth date or sex than the message (AMO-16)."""
    verdict = IdentityNumber.of(patient.identified_by(*NATIONAL_IDS) or "")
    # a number from 2032 tells neither
    if not verdict.is_valid or verdict.scheme is not Scheme.CLASSIC:
        return False
    born = patient.date_of_birth.day if patient.date_of_birth else None
    if born is not None and verdict.date_of_birth is not None and born != verdict.date_of_birth:
        return True
    sex = patient.sex.value if patient.sex else None
    return sex in _SEXES and verdict.sex is not None and sex != verdict.sex.value


def _referrer(facts: Facts, place: _Places, codelists: CodeLists, policy: Policy) -> Iterator[Finding]:
    direction, referrer = policy.direction, facts.referrer
    if referrer is None or not referrer.name:
        yield amo_rules.AMO_07.finding(direction, path=place.facts)
    if referrer is not None:
        yield from _profession(referrer, place, codelists, policy)
        if not is_hpr_number(referrer.identified_by(HPR) or ""):
            yield amo_rules.AMO_09.finding(direction, path=place.facts)
        if not facts.has_referrer_phone:
            yield amo_rules.AMO_12.finding(direction, path=place.facts)
    if not facts.has_general_practitioner:
        yield amo_rules.AMO_10.finding(direction, path=place.facts)


def _profession(
    referrer: HealthcareProfessional, place: _Places, codelists: CodeLists, policy: Policy
) -> Iterator[Finding]:
    code = referrer.profession.value if referrer.profession else None
    if not code:
        yield amo_rules.AMO_08_MISSING.finding(policy.direction, path=place.facts)
    elif code not in _REFERRERS:
        # the list's own name: what the message calls it may be anything
        name = codelists.name_of(9060, code) or "ukjent kode"
        yield amo_rules.AMO_08.finding(policy.direction, path=place.facts, profession=name)


def _frame(message: Message, referral: Henvisning, place: _Places, policy: Policy) -> Iterator[Finding]:
    direction = policy.direction
    if base.is_emergency(message):
        yield amo_rules.AMO_13.finding(direction, path=f"{place.root}/ReqServ/Priority")
    purpose = referral.description.value if referral.description else None
    if purpose in _OTHER_PURPOSES and direction is Direction.INBOUND:
        yield amo_rules.AMO_14.finding(direction, path=place.root)
    # in version 1.x a copy is no other receiver
    has_others = referral.version == "2.0" and bool(message.other_receivers)
    if message.receiver is None or has_others:
        yield amo_rules.AMO_15.finding(direction, path=place.receiver)


def _is_reply(message: Message) -> bool:
    """Tell whether a message names an earlier one; some systems write its own id there."""
    reference = message.conversation
    named = {reference.parent, reference.conversation} if reference else set()
    return bool(named - {None, "", message.msg_id})


def _referral_in_disguise(dialogue: Dialogmelding, policy: Policy) -> Iterator[Finding]:
    """AMO-17: a dialogue message that is a referral."""
    texts = [
        text for note in dialogue.notater for text in (note.subject, note.text.text if note.text else None) if text
    ]
    texts += [question.question.text for question in dialogue.foresporsler if question.question]
    if marking_of(texts) is Marking.WHOLE and any("henvis" in text.lower() for text in texts):
        yield amo_rules.AMO_17.finding(policy.direction, path="/MsgHead/Document/RefDoc/Content/Dialogmelding")
