"""The profile AMO: what a referral to Arbeidsrettet mestringsopphold should say.

A referral is never rejected for what it lacks (HIS 80415:2012 3.3.2): inbound, a lack is a task and a question to
the referrer. Outbound the same lacks can stop the message, because there the author can still mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from adapter.check import base
from adapter.check.codelists import CodeLists
from adapter.check.facts import Facts, Marking, Presence, facts_of, marking_of
from adapter.check.finding import Direction, Finding, Severity
from adapter.check.policy import Policy
from adapter.check.profile import Profile
from adapter.check.reading import dialogue_texts, is_reply, receiver_path, root_path
from adapter.check.rule import Rule
from adapter.message import Dialogmelding, Envelope, HealthcareProfessional, Henvisning, Message, Patient
from adapter.message.code import OSLO
from adapter.message.identity import IdentityNumber, Scheme, is_hpr_number
from adapter.message.party import HPR, NATIONAL_IDS

#: The word in a party's `profiles`.
PROFILE = "amo"

_SEXES = frozenset({"1", "2"})


def check(message: Message, codelists: CodeLists, policy: Policy, now: datetime) -> Iterator[Finding]:
    """Yield the findings of the profile, for messages it is about; none for cancellations."""
    referral = message.henvisning
    if referral is None:
        # what belongs to a conversation is about a referral that is here already
        if message.dialogmelding is not None and not is_reply(message):
            yield from _referral_in_disguise(message.dialogmelding, policy)
        return
    if referral.is_cancellation:
        return
    facts = facts_of(message, referral)
    yield from _marking(facts, policy)
    if policy.is_dedicated or facts.marking in {Marking.WHOLE, Marking.HIA}:
        place = _Places(message)
        yield from _content(facts, place, policy)
        yield from _remarks(facts, place, policy, now)
        yield from _patient(message, facts, place, policy)
        yield from _referrer(facts, place, codelists, policy)
        yield from _frame(message, referral, place, policy)


def _rule(rule_id: str, variant: str = "") -> Rule:
    return Profile.load(PROFILE).rule(rule_id, variant)


class _Places:
    """Where the standard keeps what the profile asks for."""

    def __init__(self, message: Message) -> None:
        is_old = message.envelope is Envelope.MESSAGE
        self.patient = base.patient_path(message)
        self.root = root_path(message)
        #: Clinical facts.
        self.facts = f"{self.patient}/InfItem" if is_old else self.root
        self.receiver = receiver_path(message)


def _marking(facts: Facts, policy: Policy) -> Iterator[Finding]:
    direction = policy.direction
    if facts.marking is Marking.HIA:
        yield _rule("AMO-01", "hia").finding(direction)
    elif facts.marking is Marking.NEAR:
        yield _rule("AMO-01", "near").finding(direction)
    elif facts.marking is Marking.NONE:
        # the inbox takes other referrals too, and this may be one of them
        remark = Severity.INFO if direction is Direction.INBOUND and not policy.is_dedicated else None
        yield _rule("AMO-01").finding(direction, severity=remark)


def _content(facts: Facts, place: _Places, policy: Policy) -> Iterator[Finding]:
    direction = policy.direction
    stops_silence = policy.strict_sender and direction is Direction.OUTBOUND
    yield from _by_presence(facts.problem, _rule("AMO-02"), _rule("AMO-02", "elsewhere"), place.root, policy)
    yield from _by_presence(facts.employment, _rule("AMO-03"), _rule("AMO-03", "text"), place.facts, policy)
    if facts.sick_leave is Presence.MISSING and stops_silence:
        yield _rule("AMO-04").finding(direction, severity=Severity.BLOCK, path=place.facts)
    else:
        yield from _by_presence(facts.sick_leave, _rule("AMO-04"), _rule("AMO-04", "text"), place.facts, policy)
    if facts.has_wrong_sick_leave_dates:
        yield _rule("AMO-04", "dates").finding(direction, path=place.facts)
    if facts.earlier is Presence.MISSING:
        yield _rule("AMO-05").finding(direction, path=place.facts)
    if not facts.has_complete_diagnosis:
        yield _rule("AMO-11").finding(direction, path=place.root)


def _remarks(facts: Facts, place: _Places, policy: Policy, now: datetime) -> Iterator[Finding]:
    """Say what helps whoever assesses, without being demanded."""
    direction = policy.direction
    is_suited = facts.is_psychological and facts.marking is Marking.HIA
    if facts.is_in_target_group is False and not is_suited:
        yield _rule("AMO-19").finding(direction, path=f"{place.root}/Diagnosis")
    if facts.names_ended_scheme:
        yield _rule("AMO-18").finding(direction)
    weeks = _weeks_since(facts.sick_since, now)
    if direction is Direction.INBOUND and weeks > Profile.load(PROFILE).limits["early_weeks"]:
        yield _rule("AMO-20").finding(direction, path=place.facts, weeks=weeks)
    if facts.wants_another_place:
        yield _rule("AMO-21").finding(direction, path=place.root)
    if facts.is_psychological and not is_suited:
        yield _rule("AMO-22").finding(direction, path=f"{place.root}/Diagnosis")


def _weeks_since(day: date | None, now: datetime) -> int:
    return (now.astimezone(OSLO).date() - day).days // 7 if day is not None else 0


def _by_presence(presence: Presence, missing: Rule, in_text_only: Rule, path: str, policy: Policy) -> Iterator[Finding]:
    if presence is Presence.MISSING:
        yield missing.finding(policy.direction, path=path)
    elif presence is Presence.TEXT:
        yield in_text_only.finding(policy.direction, path=path)


def _patient(message: Message, facts: Facts, place: _Places, policy: Policy) -> Iterator[Finding]:
    if not facts.has_patient_phone:
        yield _rule("AMO-06").finding(policy.direction, path=place.patient)
    if message.patient is not None and disagrees(message.patient):
        yield _rule("AMO-16").finding(policy.direction, path=place.patient)


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
        yield _rule("AMO-07").finding(direction, path=place.facts)
    if referrer is not None:
        yield from _profession(referrer, place, codelists, policy)
        if not is_hpr_number(referrer.identified_by(HPR) or ""):
            yield _rule("AMO-09").finding(direction, path=place.facts)
        if not facts.has_referrer_phone:
            yield _rule("AMO-12").finding(direction, path=place.facts)
    if not facts.has_general_practitioner:
        yield _rule("AMO-10").finding(direction, path=place.facts)


def _profession(
    referrer: HealthcareProfessional, place: _Places, codelists: CodeLists, policy: Policy
) -> Iterator[Finding]:
    code = referrer.profession.value if referrer.profession else None
    if not code:
        yield _rule("AMO-08", "missing").finding(policy.direction, path=place.facts)
    elif code not in Profile.load(PROFILE).codes["referrers"]:
        # the list's own name: what the message calls it may be anything
        name = codelists.name_of(9060, code) or "ukjent kode"
        yield _rule("AMO-08").finding(policy.direction, path=place.facts, profession=name)


def _frame(message: Message, referral: Henvisning, place: _Places, policy: Policy) -> Iterator[Finding]:
    direction = policy.direction
    if base.is_emergency(message):
        yield _rule("AMO-13").finding(direction, path=f"{place.root}/ReqServ/Priority")
    purpose = referral.description.value if referral.description else None
    if purpose in Profile.load(PROFILE).codes["other_purposes"] and direction is Direction.INBOUND:
        yield _rule("AMO-14").finding(direction, path=place.root)
    # in version 1.x a copy is no other receiver
    has_others = referral.version == "2.0" and bool(message.other_receivers)
    if message.receiver is None or has_others:
        yield _rule("AMO-15").finding(direction, path=place.receiver)


def _referral_in_disguise(dialogue: Dialogmelding, policy: Policy) -> Iterator[Finding]:
    """AMO-17: a dialogue message that is a referral."""
    texts = tuple(dialogue_texts(dialogue))
    refers = Profile.load(PROFILE).words["referral"]
    if marking_of(texts) is Marking.WHOLE and any(refers.search(text.lower()) for text in texts):
        yield _rule("AMO-17").finding(policy.direction, path="/MsgHead/Document/RefDoc/Content/Dialogmelding")
