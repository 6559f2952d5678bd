"""What NAV answers to a dialogue message: its own checks, in its order, with its words (domain rules A.3).

One source for three uses: `validate --to nav` and the check before sending predict NAV's answer by it, and the
simulated NAV gives it. The words stand in `schemas/profiles/nav.toml`.

Some checks ask registers that only NAV has. What those say is told from outside (`Registers`); what nobody told
counts as in order, so a predicted "taken" means: nothing in the message itself speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal

from adapter.check import nav_facts
from adapter.check.finding import Direction, Finding
from adapter.check.nav_facts import LONGEST_TEXT, MOST_ATTACHMENTS, Loss, Process
from adapter.check.profile import Profile
from adapter.message import Kind, Message
from adapter.message.code import OSLO
from adapter.message.identity import IdentityNumber
from adapter.message.party import HPR
from adapter.values import value_class

#: The name of NAV's own rules among the profiles. They are never asked of a message that comes here.
PROFILE = "nav"

#: Numbers by which NAV knows people.
_NUMBERS = ("FNR", "DNR")
_NOTE = "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat"
_QUESTION = "/MsgHead/Document/RefDoc/Content/Dialogmelding/Foresporsel"
_PATIENT = "/MsgHead/MsgInfo/Patient"
#: Kinds that other systems at NAV read, by checks that are not known here.
_READ_ELSEWHERE = frozenset({Kind.SYKMELDING, Kind.LEGEERKLAERING, Kind.APPREC, Kind.EBXML})


@value_class
class Registers:
    """What NAV's registers say of those a message names; by default nothing speaks against anybody."""

    environment: Literal["test", "prod"] = "test"
    #: Identity numbers that the population register (PDL) does not have.
    not_in_pdl: frozenset[str] = frozenset()
    #: HPR numbers that the register of health personnel does not have.
    not_in_hpr: frozenset[str] = frozenset()
    #: HPR numbers that were not valid on the day.
    lapsed: frozenset[str] = frozenset()
    #: HPR numbers without authorisation.
    unauthorised: frozenset[str] = frozenset()
    #: HPR numbers that NAV has suspended (TSS).
    suspended: frozenset[str] = frozenset()
    #: Professions by HPR number, where the register knows better than the message (list 9060).
    professions: Mapping[str, str] = field(default_factory=dict)
    #: The virus scanner finds something in every attachment.
    finds_virus: bool = False


@value_class(kw_only=False)
class Duplicate:
    """The same content, taken before."""

    #: When this message was sent.
    sent: datetime
    #: When NAV took the earlier one.
    taken: datetime


@value_class
class NavAnswer:
    """What NAV says to a message, and what it loses without saying so."""

    #: The rules that reject, in NAV's order; their `partner_text` are NAV's words.
    rejections: tuple[Finding, ...] = ()
    #: Why no receipt ever comes; None where one does.
    silence: Finding | None = None
    #: What a positive receipt does not tell.
    drops: tuple[Finding, ...] = ()

    @property
    def no_receipt(self) -> bool:
        """Tell whether NAV never answers."""
        return self.silence is not None

    @property
    def errors(self) -> tuple[str, ...]:
        """Return NAV's words, one for each Error of its receipt."""
        return tuple(finding.partner_text or "" for finding in self.rejections)

    @property
    def outcome(self) -> Literal["none", "positive", "negative"]:
        """Return which receipt comes."""
        if self.no_receipt:
            return "none"
        return "negative" if self.rejections else "positive"

    def as_dict(self) -> dict[str, object]:
        """Return the answer as `validate --json` prints it."""
        return {
            "receipt": self.outcome,
            "errors": [
                {"rule": finding.rule, "v": "X99", "dn": finding.partner_text, "path": finding.path}
                for finding in self.rejections
            ],
            "silence": self.silence.text if self.silence else None,
            "drops": [{"rule": drop.rule, "path": drop.path, "text": drop.text} for drop in self.drops],
        }


def answer_to(
    message: Message | None,
    *,
    coupling: tuple[str, str] | None = None,
    registers: Registers | None = None,
    signer: str | None = None,
    duplicate: Duplicate | None = None,
) -> NavAnswer | None:
    """Predict NAV's answer to a message; None for kinds that NAV checks by rules that are not known here.

    Args:
        message: the message; None where its bytes cannot be read.
        coupling: Service and Action of the transport; without it they follow from the content.
        registers: what NAV's registers say.
        signer: identity number of the one whose signature it carries; without it the doctor in the message.
        duplicate: the same content, taken before.
    """
    if message is not None and message.kind in _READ_ELSEWHERE:
        return None
    process = None
    if message is not None:
        process = Process.by_coupling(*coupling) if coupling else Process.by_content(message)
    dialogue = message.dialogmelding if message else None
    if message is None or process is None or dialogue is None or dialogue.version != "1.0":
        return NavAnswer(silence=says("NAV-0"))
    if _is_for_tests(message):
        return NavAnswer(silence=says("NAV-17"))
    asked = _Asked(message, process, registers or Registers(), signer)
    first = next(asked.one_by_one(duplicate), None)
    rejections = (first,) if first else tuple(asked.together())
    return NavAnswer(rejections=rejections, drops=tuple(_drops(message, process)))


def says(rule: str, *, path: str | None = None, **details: str | int) -> Finding:
    """Return the finding of one of NAV's own rules, such as "NAV-9b". ConfigError where there is none."""
    row = Profile.load(PROFILE).rule(rule)
    return row.finding(Direction.INBOUND, severity=None, path=path, line=None, tolerance=None, **details)


class _Asked:
    """One message, and what NAV knows of those it names."""

    def __init__(self, message: Message, process: Process, registers: Registers, signer: str | None) -> None:
        doctor = next(iter(nav_facts.doctors(message)), None)
        self._message = message
        self._process = process
        self._registers = registers
        self._note = nav_facts.first_note(message)
        self._patient = (message.patient.identified_by(*_NUMBERS) if message.patient else None) or ""
        self._doctor = signer or (doctor.identified_by(*_NUMBERS) if doctor else None) or ""
        self._hpr = (doctor.identified_by(HPR) if doctor else None) or ""
        profession = doctor.profession.value if doctor and doctor.profession else None
        self._profession = registers.professions.get(self._hpr, profession)

    def one_by_one(self, duplicate: Duplicate | None) -> Iterator[Finding]:
        """Yield what rows 0b to 8 say; NAV stops at the first."""
        known = self._registers
        if not nav_facts.is_eleven_digits(self._patient):
            yield says("NAV-0b", path=_PATIENT)
        if duplicate is not None:
            yield says("NAV-1", sent=written(duplicate.sent), taken=written(duplicate.taken))
        if self._patient in known.not_in_pdl:
            yield says("NAV-2", path=_PATIENT)
        if self._doctor in known.not_in_pdl:
            yield says("NAV-3")
        if known.environment == "prod" and IdentityNumber.of(self._patient).is_synthetic:
            yield says("NAV-4", path=_PATIENT)
        # an answer to an invitation says it all by its code
        if self._process is not Process.MEETING and not nav_facts.note_text(self._note):
            yield says("NAV-5", path=_NOTE)
        if not nav_facts.is_theme_taken(self._process, self._note):
            yield says("NAV-6", path=_NOTE)
        if known.finds_virus and any(enclosure.loss is None for enclosure in nav_facts.enclosures(self._message)):
            yield says("NAV-7")
        if self._hpr in known.not_in_hpr:
            yield says("NAV-8")

    def together(self) -> Iterator[Finding]:
        """Yield what rows 9a to 9h say; NAV tells all of them. Row 9a never says what 0b has not said before."""
        known = self._registers
        if not nav_facts.is_valid_for_nav(self._patient):
            yield says("NAV-9b", path=_PATIENT)
        if self._doctor and not (nav_facts.is_eleven_digits(self._doctor) and nav_facts.is_valid_for_nav(self._doctor)):
            yield says("NAV-9c")
        if self._doctor == self._patient:
            yield says("NAV-9d")
        if self._hpr in known.lapsed:
            yield says("NAV-9e")
        if self._hpr in known.unauthorised:
            yield says("NAV-9f")
        if self._profession and self._profession not in Profile.load(PROFILE).codes["professions"]:
            yield says("NAV-9g")
        if self._hpr in known.suspended:
            yield says("NAV-9h")


def _is_for_tests(message: Message) -> bool:
    return Profile.load(PROFILE).words["never_answered"].match(message.msg_id or "") is not None


def _drops(message: Message, process: Process) -> Iterator[Finding]:
    for enclosure in nav_facts.enclosures(message):
        if enclosure.loss is not None:
            yield _drop(enclosure)
    length = len(nav_facts.note_text(nav_facts.first_note(message)))
    if length > LONGEST_TEXT:
        yield says("NAV-14", path=_NOTE, most=LONGEST_TEXT, length=length)
    dialogue = message.dialogmelding
    for place in range(2, len(dialogue.notater if dialogue else ()) + 1):
        yield says("NAV-15", path=f"{_NOTE}[{place}]")
    if process is Process.INQUIRY:
        if dialogue is not None and dialogue.foresporsler:
            yield says("NAV-16", path=_QUESTION)
        note = nav_facts.first_note(message)
        if note is not None and note.foresporsel is not None:
            yield says("NAV-16", path=f"{_NOTE}/Foresporsel")


def _drop(enclosure: nav_facts.Enclosure) -> Finding:
    if enclosure.loss is Loss.TYPE:
        return says(Loss.TYPE, path=enclosure.path, mime=enclosure.mime or "attachment without a type")
    if enclosure.loss is Loss.TOO_MANY:
        return says(Loss.TOO_MANY, path=enclosure.path, most=MOST_ATTACHMENTS)
    return says(enclosure.loss or Loss.UNMARKED, path=enclosure.path)


def written(moment: datetime) -> str:
    """Return a moment as NAV writes it, in Norwegian time."""
    return moment.astimezone(OSLO).strftime("%d-%m-%Y %H:%M")
