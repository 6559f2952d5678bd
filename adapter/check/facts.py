"""What a referral says about work: facts for the profile Arbeidsrettet mestringsopphold (AMO).

A fact is looked for under its code first. Senders may also merge headings into one text (HISD 1032), so headings
inside texts are read next, and words last. What a fact says is not judged here, only whether it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import cache

from adapter.check import wishes
from adapter.check.profile import Profile
from adapter.check.reading import has_patient_phone, has_referrer_phone, item_texts, referral_texts
from adapter.message import HealthcareProfessional, Henvisning, Kind, Message, Payload, Person
from adapter.message.henvisning import InformationItem, ResultItem, TextResult
from adapter.values import value_class

#: Code lists of diagnoses: ICPC-2 and ICD-10.
_ICPC, _ICD = "7170", "7110"


def _amo() -> Profile:
    return Profile.load("amo")


class Presence(StrEnum):
    """How a fact is given."""

    CODED = "present-coded"
    TEXT = "present-by-text"
    MISSING = "missing"


class Marking(StrEnum):
    """How a referral is marked for the profile."""

    WHOLE = "arbeidsrettet mestringsopphold"
    HIA = "HIA"
    NEAR = "mestringsopphold"
    NONE = "none"


@value_class
class Facts:
    """The facts of one referral."""

    marking: Marking
    #: Aktuell problemstilling; TEXT: there is text, but not under that heading.
    problem: Presence
    #: Arbeidsforhold.
    employment: Presence
    #: Sykemeldingsstatus.
    sick_leave: Presence
    #: The dates of the sick leave contradict each other.
    has_wrong_sick_leave_dates: bool
    #: The first day of sick leave, or the first of the present certificate.
    sick_since: date | None
    #: Tidligere utredning og behandling.
    earlier: Presence
    has_patient_phone: bool
    referrer: HealthcareProfessional | None
    has_referrer_phone: bool
    has_general_practitioner: bool
    has_complete_diagnosis: bool
    #: None where no diagnosis has a code that tells.
    is_in_target_group: bool | None
    #: A diagnosis of the psychological kind.
    is_psychological: bool
    #: The patient wants to be treated at another place than the receiver's.
    wants_another_place: bool
    names_ended_scheme: bool


def facts_of(message: Message, referral: Henvisning) -> Facts:
    """Read the facts of a referral of any version."""
    texts = tuple(referral_texts(referral))
    sections = _Sections(texts)
    referrer = next(iter(referral.professionals("HHE")), None)
    return Facts(
        marking=marking_of(texts),
        problem=_problem(referral, sections),
        employment=_presence(_has_employer(referral), sections, "employment"),
        sick_leave=_presence(_has_sick_leave(message, referral), sections, "sick_leave"),
        has_wrong_sick_leave_dates=any(_is_out_of_order(item) for item in referral.information if _is_sick_leave(item)),
        sick_since=_sick_since(referral),
        earlier=_presence(_has_earlier(message, referral), sections, "earlier"),
        has_patient_phone=has_patient_phone(message),
        referrer=referrer,
        has_referrer_phone=has_referrer_phone(referral, referrer),
        has_general_practitioner=any(_is_named(person) for person in referral.professionals("FLE")),
        has_complete_diagnosis=any(
            entry.concept and entry.concept.value and entry.concept.system and entry.concept.name
            for entry in referral.diagnoses
        ),
        is_in_target_group=_is_of(referral, "target"),
        is_psychological=_is_of(referral, "psychological") is True,
        wants_another_place=wishes.name_another_place(message, referral),
        names_ended_scheme=any(
            "raskere" in (lower := text.lower()) and _amo().words["ended_scheme"].search(lower) for text in texts
        ),
    )


def marking_of(texts: Iterable[str]) -> Marking:
    """Tell how texts are marked; the whole marking counts before all others."""
    words = _amo().words
    best = Marking.NONE
    for text in texts:
        # a plain search first: most texts are not marked at all, and some are long
        lower = text.lower()
        has_stay = "opph" in lower
        if has_stay and words["marking"].search(lower):
            return Marking.WHOLE
        if _is_marked_hia(text, lower):
            best = Marking.HIA
        elif best is Marking.NONE and has_stay and words["near"].search(lower):
            best = Marking.NEAR
    return best


def _is_marked_hia(text: str, lower: str) -> bool:
    words = _amo().words
    return ("HIA" in text and words["hia"].search(text) is not None) or (
        "helse" in lower and words["hia_in_words"].search(lower) is not None
    )


# --- Headings inside texts --------------------------------------------------------------------------------------


@cache
def _headings() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern of all headings, and the fact of each.

    "Heading" or "Heading:" on a line of its own, or "Heading: text"; the longest name first. The pattern begins with
    the line break itself, which is found faster than the beginning of a line.
    """
    facts = {name: fact for fact, names in _amo().headings.items() for name in names}
    names = sorted(facts, key=len, reverse=True)
    any_name = "|".join(re.escape(name).replace("/", r"[ \t]*/[ \t]*").replace("\\ ", r"[ \t]+") for name in names)
    return re.compile(rf"\n[ \t]*({any_name})[ \t]*(?::|(?=\n)|\Z)"), facts


#: Some systems escape the line break twice.
_ESCAPED_BREAK = re.compile(r"&#13;&#10;|&#1[03];")


class _Sections:
    """Texts, cut at the headings inside them."""

    def __init__(self, texts: Iterable[str]) -> None:
        # a heading with nothing under it says nothing, so its own words do not count
        self._of_text = {
            text: [part for part in sections_of(text) if part[1] and not part[1].isspace()] for text in texts
        }
        self._facts = {fact for parts in self._of_text.values() for fact, _ in parts}

    def has(self, fact: str) -> bool:
        """Tell whether there is text under a heading."""
        return fact in self._facts

    def facts_in(self, text: str) -> set[str | None]:
        """Return the facts whose headings have text under them; None stands for text under no heading."""
        return {fact for fact, _ in self._of_text[text]}

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether a word stands anywhere but in a heading or a marking."""
        marking, hia = _amo().words["marking"], _amo().words["hia_in_words"]
        return any(
            pattern.search(hia.sub(" ", marking.sub(" ", body)))
            for parts in self._of_text.values()
            for _, body in parts
        )


def sections_of(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield the parts of a text, in small letters, with the fact its heading names; None where there is none."""
    lines = "\n" + text.lower()
    if "\r" in lines:
        lines = lines.replace("\r\n", "\n").replace("\r", "\n")
    if "&#1" in lines:
        lines = _ESCAPED_BREAK.sub("\n", lines)
    pattern, facts = _headings()
    fact: str | None = None
    start = 1
    for heading in pattern.finditer(lines):
        yield fact, lines[start : heading.start()]
        name = " ".join(heading[1].split()).replace(" / ", "/").replace("/ ", "/").replace(" /", "/")
        fact, start = facts[name], heading.end()
    yield fact, lines[start:]


# --- One fact after the other -----------------------------------------------------------------------------------


def _presence(is_coded: bool, sections: _Sections, fact: str) -> Presence:  # noqa: FBT001 - the first answer of three
    if is_coded:
        return Presence.CODED
    return Presence.TEXT if sections.has(fact) or sections.says(_amo().words[fact]) else Presence.MISSING


def _problem(referral: Henvisning, sections: _Sections) -> Presence:
    for reason in referral.reasons:
        if reason.heading is not None and reason.heading.value == "PROB" and reason.text:
            under = sections.facts_in(reason.text)
            if None in under or "problem" in under:
                return Presence.CODED
    is_anywhere = sections.has("problem") or any((reason.text or "").strip() for reason in referral.reasons)
    return Presence.TEXT if is_anywhere else Presence.MISSING


def _has_employer(referral: Henvisning) -> bool:
    words = _amo().words
    if any(
        words["employer_role"].search((place.role or "").lower()) or (place.working_time or "").strip()
        for place in referral.institutions
    ):
        return True
    for contact in referral.contact_persons:
        said = f"{contact.occupation or ''} {contact.workplace or ''}".strip()
        if said and not words["no_employer"].search(said.lower()):
            return True
    return False


def _is_sick_leave(item: InformationItem) -> bool:
    if item.kind is not None and item.kind.value == "SYKM":
        return True
    content = item.content
    return (
        isinstance(content, ResultItem)
        and isinstance(content.result, TextResult)
        and content.result.heading is not None
        and content.result.heading.value == "SY"
    )


def _has_sick_leave(message: Message, referral: Henvisning) -> bool:
    if any(
        any(text.strip() for text in item_texts(item)) or item.start or item.origin
        for item in referral.information
        if _is_sick_leave(item)
    ):
        return True
    contents = (item for document in message.documents for item in document.content or ())
    return any(isinstance(item, Payload) and item.kind is Kind.SYKMELDING for item in contents)


def _is_out_of_order(item: InformationItem) -> bool:
    origin, start, end = (moment.day if moment else None for moment in (item.origin, item.start, item.end))
    if start is None:
        return False
    return (end is not None and end < start) or (origin is not None and origin > start)


def _sick_since(referral: Henvisning) -> date | None:
    days = (
        moment.day
        for item in referral.information
        if _is_sick_leave(item)
        for moment in (item.origin, item.start)
        if moment
    )
    return min((day for day in days if day is not None), default=None)


def _has_earlier(message: Message, referral: Henvisning) -> bool:
    codes = _amo().codes
    return (
        bool(message.attachments)
        or any(
            item.kind is not None and item.kind.value in codes["earlier_items"] and item.content
            for item in referral.information
        )
        or any(
            reason.heading is not None
            and reason.heading.value in codes["earlier_reasons"]
            and (reason.text or "").strip()
            for reason in referral.reasons
        )
    )


def _is_named(person: Person) -> bool:
    return bool(person.name)


def _is_of(referral: Henvisning, group: str) -> bool | None:
    """Tell whether a diagnosis is of a group; None where no code tells."""
    codes = _amo().codes
    beginnings = {_ICPC: codes[f"{group}_icpc"], _ICD: codes[f"{group}_icd"]}
    known: bool | None = None
    for diagnosis in referral.diagnoses:
        concept = diagnosis.concept
        if concept is not None and concept.value and concept.list_number in beginnings:
            known = known or concept.value.startswith(tuple(beginnings[concept.list_number]))
    return known
