"""The profile of each type of message: what its standard demands beyond its schema, in both directions.

A type's rules are data; only the file of the type at hand is read. Inbound nothing here rejects or holds a message:
content is never a reason to (HIS 80415:2012 3.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapter.check.demands import DEMANDS
from adapter.check.finding import Finding
from adapter.check.policy import Policy
from adapter.check.profile import Profile
from adapter.message import Code, Message

#: File of a type of list 8279, of any version.
_FILES: Mapping[str, str] = {
    "HENVISNING_NYTILSTAND": "ny-tilstand",
    "HENVISNING_VIDERE": "viderehenvisning",
    "DIALOG_STATUS_HENVISNING": "status-pa-henvisning",
    "DIALOG_HELSEFAGLIG": "helsefaglig-dialog",
    "DIALOG_TIL_ARKIVERING": "til-arkivering",
    "DIALOG_FORESPORSEL": "foresporsel",
    "DIALOG_SVAR": "svar",
    "DIALOG_AVVIK": "avvik",
}
#: Files of the type HENVISNING, by version.
_REFERRALS: Mapping[str | None, str] = {"1.0": "henvisning-1.0", "1.1": "henvisning-1.1"}
#: NAV's organisation number, and lists that only NAV uses: the same types of message mean something else there.
_NAV = "889640782"
_NAV_LISTS = frozenset({"8125", "8126", "8127", "8128", "8129"})


def check(message: Message, policy: Policy) -> Iterator[Finding]:
    """Yield the findings of the message's type; none for types without a profile, and for cancellations."""
    profile = profile_of(message)
    if profile is None:
        return
    for name, rule in profile.demands:
        if rule.severity(policy.direction) is not None:
            path = DEMANDS[name](message, profile)
            if path is not None:
                yield rule.finding(policy.direction, path=path)


def profile_of(message: Message) -> Profile | None:
    """Return the profile of a message's type, or None."""
    code = message.type_code or ""
    name = _REFERRALS.get(message.version) if code == "HENVISNING" else _FILES.get(code)
    if name is None or _is_navs(message):
        return None
    referral = message.henvisning
    return None if referral is not None and referral.is_cancellation else Profile.load(name)


def _is_navs(message: Message) -> bool:
    parties = (party for party in (message.sender, message.receiver) if party is not None)
    return any(party.organisation_number == _NAV for party in parties) or any(
        theme.list_number in _NAV_LISTS for theme in _themes(message)
    )


def _themes(message: Message) -> Iterator[Code]:
    dialogue = message.dialogmelding
    if dialogue is not None:
        yield from (note.theme for note in dialogue.notater if note.theme)
        yield from (question.kind for question in dialogue.foresporsler if question.kind)
