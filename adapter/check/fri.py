"""The profile FRI: what a message to a frisklivssentral should say.

Anyone may refer, whatever the diagnosis, so neither is ever asked for (FRI-06). The type of message is agreed between
the two sides: what is sent must be of that type, while all four are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from adapter.check import base
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Finding
from adapter.check.policy import Policy
from adapter.check.profile import Profile
from adapter.check.reading import (
    dialogue_texts,
    has_patient_phone,
    is_reply,
    receiver_path,
    referral_texts,
    root_path,
    words_of,
)
from adapter.message import Message, Organisation, Person
from adapter.message.party import HER

#: The word in a party's `profiles`.
PROFILE = "fri"
_THEMES = ("activity", "diet", "tobacco", "sleep", "alcohol", "stress", "depression")


def check(message: Message, _codelists: CodeLists, policy: Policy, _now: datetime) -> Iterator[Finding]:
    """Yield the findings of the profile, for messages that can be a referral."""
    if not _can_be_referral(message):
        return
    profile, direction = Profile.load(PROFILE), policy.direction
    if direction is Direction.OUTBOUND:
        yield from _agreement(message, policy)
    if not _has_reason(message):
        yield profile.rule("FRI-03").finding(direction, path=root_path(message))
    if not has_patient_phone(message):
        yield profile.rule("FRI-04").finding(direction, path=base.patient_path(message))
    if direction is Direction.INBOUND:
        said = "\n".join(_texts(message)).lower()
        for theme in _THEMES:
            if profile.words[theme].search(said):
                yield profile.rule("FRI-05", theme).finding(direction)
    if not _sender_is_person(message) and not _has_name(message):
        yield profile.rule("FRI-07").finding(direction, path=root_path(message))
    home = _home(message)
    if home and policy.municipality and home != policy.municipality:
        yield profile.rule("FRI-08").finding(direction, path=base.patient_path(message))


def form_of(message: Message) -> str | None:
    """Return which of the four agreed types a message is, as a code of list 8279; None: none of them."""
    profile = Profile.load(PROFILE)
    referral, dialogue, code = message.henvisning, message.dialogmelding, message.type_code
    if referral is not None:
        agreed = {"1.1": "HENVISNING", "2.0": "HENVISNING_NYTILSTAND"}.get(referral.version)
        return agreed if agreed == code else None
    if dialogue is not None and code == "DIALOG_HELSEFAGLIG":
        themes = [note.theme.value for note in dialogue.notater if note.theme]
        return code if profile.codes["dialogue"].intersection(themes) else None
    if dialogue is not None and code == "DIALOG_FORESPORSEL":
        kinds = [question.kind.value for question in dialogue.foresporsler if question.kind]
        return code if profile.codes["request"].intersection(kinds) else None
    return None


def _can_be_referral(message: Message) -> bool:
    if message.henvisning is not None:
        return not message.henvisning.is_cancellation
    return form_of(message) is not None and not is_reply(message)


def _agreement(message: Message, policy: Policy) -> Iterator[Finding]:
    """FRI-01 and FRI-02: the receiver is a centre, and gets what it agreed to."""
    profile = Profile.load(PROFILE)
    service = policy.service_type
    if (service is not None and service not in profile.codes["service"]) or not _is_municipal(message):
        yield profile.rule("FRI-01").finding(policy.direction, path=receiver_path(message))
    form = form_of(message)
    if form is None or (policy.agreed_type is not None and form != policy.agreed_type):
        yield profile.rule("FRI-02").finding(policy.direction, path=root_path(message))


def _is_municipal(message: Message) -> bool:
    """Tell whether the receiver is, or does not say that it is not, of a municipality."""
    organisation = message.receiver.organisation if message.receiver else None
    kind = organisation.kind if organisation else None
    if kind is None or kind.value is None or kind.list_number != "9040":
        return True
    return kind.value in Profile.load(PROFILE).codes["municipalities"]


def _texts(message: Message) -> Iterator[str]:
    if message.henvisning is not None:
        yield from referral_texts(message.henvisning)
    if message.dialogmelding is not None:
        yield from dialogue_texts(message.dialogmelding)


def _has_reason(message: Message) -> bool:
    """Tell whether PROB, the note or the question says anything."""
    referral, dialogue = message.henvisning, message.dialogmelding
    if referral is not None:
        return any(
            reason.heading is not None and reason.heading.value == "PROB" and (reason.text or "").strip()
            for reason in referral.reasons
        )
    return dialogue is not None and (
        any(words_of(note.text) for note in dialogue.notater)
        or any(words_of(question.question) for question in dialogue.foresporsler)
    )


def _sender_is_person(message: Message) -> bool:
    """Tell whether the sending communication party, the deepest one with a HER-id, is a person."""
    sender = message.sender
    if sender is None:
        return False
    members: list[Organisation | Person] = list(sender.organisation.walk()) if sender.organisation else []
    members += [sender.person] if sender.person else []
    addressed = [member for member in members if member.identified_by(HER)]
    return bool(addressed) and isinstance(addressed[-1], Person)


def _has_name(message: Message) -> bool:
    """Tell whether the referrer, or someone with a part in the note or question, is named."""
    referral, dialogue = message.henvisning, message.dialogmelding
    if referral is not None:
        return any(person.name for person in referral.professionals("HHE"))
    if dialogue is None:
        return False
    roles = [role for note in dialogue.notater for role in note.roles]
    roles += [role for question in dialogue.foresporsler for role in question.roles]
    people = [role.person for role in roles] + [role.unit.person for role in roles if role.unit]
    return any(person.name for person in people if person)


def _home(message: Message) -> str | None:
    """Return the number of the patient's municipality, list 3402."""
    address = message.patient.address if message.patient else None
    return address.county.value if address and address.county else None
