"""What a referral says about work: facts for the profile Arbeidsrettet mestringsopphold (AMO).

A fact is looked for under its code first. Senders may also merge headings into one text (HISD 1032), so headings
inside texts are read next, and words last. What a fact says is not judged here, only whether it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from adapter.message import HealthcareProfessional, Henvisning, Message, Opaque, Person, Telecom
from adapter.message.henvisning import InformationItem, Observation, ResultItem, TextResult
from adapter.wire.namespaces import SYKMELDING


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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    #: Tidligere utredning og behandling.
    earlier: Presence
    has_patient_phone: bool
    referrer: HealthcareProfessional | None
    has_referrer_phone: bool
    has_general_practitioner: bool
    has_complete_diagnosis: bool
    #: None where no diagnosis has a code that tells.
    is_in_target_group: bool | None
    names_ended_scheme: bool


def facts_of(message: Message, referral: Henvisning) -> Facts:
    """Read the facts of a referral of any version."""
    texts = tuple(_texts(referral))
    sections = _Sections(texts)
    referrer = next(iter(referral.professionals("HHE")), None)
    return Facts(
        marking=marking_of(texts),
        problem=_problem(referral, sections),
        employment=_presence(_has_employer(referral), sections, _EMPLOYMENT, _EMPLOYMENT_WORDS),
        sick_leave=_presence(_has_sick_leave(message, referral), sections, _SICK_LEAVE, _SICK_LEAVE_WORDS),
        has_wrong_sick_leave_dates=any(_is_out_of_order(item) for item in referral.information if _is_sick_leave(item)),
        earlier=_presence(_has_earlier(message, referral), sections, _EARLIER, _EARLIER_WORDS),
        has_patient_phone=_has_patient_phone(message, referral),
        referrer=referrer,
        has_referrer_phone=_has_referrer_phone(referral, referrer),
        has_general_practitioner=any(_is_named(person) for person in referral.professionals("FLE")),
        has_complete_diagnosis=any(
            entry.concept and entry.concept.value and entry.concept.system and entry.concept.name
            for entry in referral.diagnoses
        ),
        is_in_target_group=_target_group(referral),
        names_ended_scheme=any("raskere" in text.lower() and _ENDED_SCHEME.search(text.lower()) for text in texts),
    )


def marking_of(texts: Iterable[str]) -> Marking:
    """Tell how texts are marked; the whole marking counts before all others."""
    best = Marking.NONE
    for text in texts:
        # a plain search first: most texts are not marked at all, and some are long
        lower = text.lower()
        has_stay = "opph" in lower
        if has_stay and _MARKING.search(lower):
            return Marking.WHOLE
        if _is_marked_hia(text, lower):
            best = Marking.HIA
        elif best is Marking.NONE and has_stay and _NEAR.search(lower):
            best = Marking.NEAR
    return best


def _is_marked_hia(text: str, lower: str) -> bool:
    return ("HIA" in text and _HIA.search(text) is not None) or (
        "helse" in lower and _HIA_IN_WORDS.search(lower) is not None
    )


# All patterns are for text in small letters, but for the abbreviation.
_MARKING = re.compile(r"arbeids?\s*-?\s*rett(?:et|a)\s+(?:mestrings?|meistrings?)\s*-?\s*opph(?:o|a)ld")
#: The abbreviation counts in capitals only: "hia" is dialect for "hers".
_HIA = re.compile(r"\bHIA\b")
_HIA_IN_WORDS = re.compile(r"\bhelse\s*-?\s*i\s*-?\s*arbeid\b")
_NEAR = re.compile(r"\bmei?strings?\s*-?\s*opph[oa]ld")
_ENDED_SCHEME = re.compile(r"\braskere\s+tilbake\b")

# --- Headings inside texts --------------------------------------------------------------------------------------

_PROBLEM = "problem"
_EMPLOYMENT = "employment"
_SICK_LEAVE = "sick leave"
_EARLIER = "earlier"
_ANOTHER = "another"

_HEADINGS = {
    _PROBLEM: (
        "aktuell problemstilling", "problemstilling", "aktuelt", "aktuell problemstilling/årsak til henvisning",
        "årsak til henvisning", "henvisningsårsak", "tilvisingsårsak",
    ),
    _EMPLOYMENT: (
        "arbeidsforhold", "arbeidstilhøve", "arbeid", "arbeidssituasjon", "arbeidsstatus", "yrke", "jobb", "stilling",
        "yrke/arbeidsforhold", "arbeid/utdanning", "arbeidsgiver", "arbeidsgjevar", "utdanning/arbeid",
    ),
    _SICK_LEAVE: (
        "sykemeldingsstatus", "sykmeldingsstatus", "sykemelding", "sykmelding", "sjukmelding", "sjukmeldingsstatus",
        "sjukemelding", "sjukemeldingsstatus", "opplysninger om sykemelding", "opplysninger om sykmelding",
        "sykefravær", "sjukefråvær",
    ),
    _EARLIER: (
        "tidligere utredning", "tidligere behandling", "tidligere utredning/behandling",
        "tidligere utredning og behandling", "eventuelt tidligere utredning/behandling", "tidligere undersøkelse",
        "tidligere undersøkelser", "tidligere sykdommer", "tidlegare utgreiing", "tidlegare behandling",
        "tidlegare utgreiing/behandling", "utredning/behandling", "forløp og behandling",
        "funn og undersøkelsesresultater", "funn og undersøkelsesresultat",
    ),
    _ANOTHER: (
        "forventet utredning/behandling", "ønsket undersøkelse/behandling", "familie/sosialt", "mål for oppholdet",
        "funksjonsnivå/hjelpetiltak", "legemidler", "medisiner", "cave", "telefon", "telefonnummer", "diagnose",
        "pasientens telefonnummer", "vurdering", "plan",
    ),
}  # fmt: skip
_FACT_OF_HEADING = {name: fact for fact, names in _HEADINGS.items() for name in names}
#: "Heading" or "Heading:" on a line of its own, or "Heading: text"; the longest name first. It begins with the line
#: break itself, which is found faster than the beginning of a line.
_HEADING = re.compile(
    r"\n[ \t]*({})[ \t]*(?::|(?=\n)|\Z)".format(
        "|".join(
            re.escape(name).replace("/", "[ \\t]*/[ \\t]*").replace("\\ ", "[ \\t]+")
            for name in sorted(_FACT_OF_HEADING, key=len, reverse=True)
        )
    )
)
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
        return any(
            pattern.search(_HIA_IN_WORDS.sub(" ", _MARKING.sub(" ", body)))
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
    fact: str | None = None
    start = 1
    for heading in _HEADING.finditer(lines):
        yield fact, lines[start : heading.start()]
        name = " ".join(heading[1].split()).replace(" / ", "/").replace("/ ", "/").replace(" /", "/")
        fact, start = _FACT_OF_HEADING[name], heading.end()
    yield fact, lines[start:]


# --- One fact after the other -----------------------------------------------------------------------------------

_EMPLOYMENT_WORDS = re.compile(
    r"\b(?:arbeids?(?:giver|gjevar|forhold|tilhøve|sted|stad|plass|situasjon|ledig|laus|løs|søk)\w*"
    r"|arbeid(?:er|ar|et|de|a)?\b|jobb\w*|yrke\w*|stilling\w*|ansatt\w*|tilsett\w*|student\w*|studer\w*|lærling\w*"
    r"|elev\b|ufør(?:e?tryg|epensjon)\w*|pensjonist\w*|s(?:el|jøl)vstendig\s+næring\w*|permitter\w*|hjemmeværende"
    r"|heimeverande)",
)
_SICK_LEAVE_WORDS = re.compile(
    r"\b(?:(?:syke?|sjuke?)(?:meld|fravær|fråvær|peng|skriv)\w*|egenmeld\w*|eigenmeld\w*|friskmeld\w*|fraværsdag\w*"
    r"|aap\b|arbeidsavklaring\w*)",
)
_EARLIER_WORDS = re.compile(
    r"\b(?:tidligere|tidlegare|utred\w*|utgrei\w*|operert\w*|operasjon\w*|mr\b|ct\b|røntgen\w*|fysioterap\w*"
    r"|behandlet|behandla|undersøkt\w*|opptrening\w*|rehabilitering\w*|kiroprakt\w*|manuellterap\w*)",
)
_EMPLOYER_ROLE = re.compile(r"arbeid|employ|bedrift|jobb", re.IGNORECASE)
_NOT_EMPLOYER = re.compile(r"\bNAV\b|saksbehandler|lærer|lege\b", re.IGNORECASE)
_EARLIER_ITEMS = frozenset({"TB", "US", "ANAM", "FUNN", "OPIN", "MPRS", "PRS"})
_EARLIER_REASONS = frozenset({"FO", "FU"})
_TARGET_ICD = re.compile(r"(?:[MST]|G5)")
_ICPC, _ICD = "7170", "7110"
_PHONE_DIGITS = 8


def _presence(is_coded: bool, sections: _Sections, fact: str, words: re.Pattern[str]) -> Presence:  # noqa: FBT001 - the first answer of three
    if is_coded:
        return Presence.CODED
    return Presence.TEXT if sections.has(fact) or sections.says(words) else Presence.MISSING


def _texts(referral: Henvisning) -> Iterator[str]:
    """Yield every text a person can have written in."""
    if referral.request_comment:
        yield referral.request_comment
    if referral.requested and referral.requested.comment:
        yield referral.requested.comment
    yield from (reason.text for reason in referral.reasons if reason.text)
    yield from (comment.text for comment in referral.comments if comment.text)
    for item in referral.information:
        yield from _item_texts(item)


def _item_texts(item: InformationItem) -> Iterator[str]:
    content = item.content
    if isinstance(content, Observation):
        found = (content.description, content.comment)
    elif isinstance(content, ResultItem):
        found = (content.result.text if isinstance(content.result, TextResult) else None, content.comment)
    else:
        return
    yield from (text for text in found if text)


def _problem(referral: Henvisning, sections: _Sections) -> Presence:
    for reason in referral.reasons:
        if reason.heading is not None and reason.heading.value == "PROB" and reason.text:
            under = sections.facts_in(reason.text)
            if None in under or _PROBLEM in under:
                return Presence.CODED
    is_anywhere = sections.has(_PROBLEM) or any((reason.text or "").strip() for reason in referral.reasons)
    return Presence.TEXT if is_anywhere else Presence.MISSING


def _has_employer(referral: Henvisning) -> bool:
    if any(
        _EMPLOYER_ROLE.search(place.role or "") or (place.working_time or "").strip() for place in referral.institutions
    ):
        return True
    for contact in referral.contact_persons:
        said = f"{contact.occupation or ''} {contact.workplace or ''}".strip()
        if said and not _NOT_EMPLOYER.search(said):
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
        any(text.strip() for text in _item_texts(item)) or item.start or item.origin
        for item in referral.information
        if _is_sick_leave(item)
    ):
        return True
    contents = (item for document in message.documents for item in document.content or ())
    return any(isinstance(item, Opaque) and item.namespace == SYKMELDING for item in contents)


def _is_out_of_order(item: InformationItem) -> bool:
    origin, start, end = (moment.day if moment else None for moment in (item.origin, item.start, item.end))
    if start is None:
        return False
    return (end is not None and end < start) or (origin is not None and origin > start)


def _has_earlier(message: Message, referral: Henvisning) -> bool:
    return (
        bool(message.attachments)
        or any(
            item.kind is not None and item.kind.value in _EARLIER_ITEMS and item.content
            for item in referral.information
        )
        or any(
            reason.heading is not None and reason.heading.value in _EARLIER_REASONS and (reason.text or "").strip()
            for reason in referral.reasons
        )
    )


def _has_patient_phone(message: Message, referral: Henvisning) -> bool:
    if message.patient is not None and _any_phone(message.patient.phones()):
        return True
    return any(
        comment.heading is not None
        and comment.heading.value == "TEL"
        and len(Telecom(address=comment.text).digits) >= _PHONE_DIGITS
        for comment in referral.comments
    )


def _has_referrer_phone(referral: Henvisning, referrer: HealthcareProfessional | None) -> bool:
    if referrer is not None and _any_phone(referrer.phones()):
        return True
    return any(_any_phone(unit.organisation.telecoms) for unit in referral.units if unit.organisation is not None)


def _any_phone(telecoms: Iterable[Telecom]) -> bool:
    return any(len(telecom.digits) >= _PHONE_DIGITS for telecom in telecoms)


def _is_named(person: Person) -> bool:
    return bool(person.name)


def _target_group(referral: Henvisning) -> bool | None:
    """Tell whether a diagnosis is of the musculoskeletal kind; None where no code tells."""
    known: bool | None = None
    for diagnosis in referral.diagnoses:
        concept = diagnosis.concept
        if concept is None or not concept.value:
            continue
        if concept.list_number == _ICPC:
            known = known or concept.value.startswith("L")
        elif concept.list_number == _ICD:
            known = known or _TARGET_ICD.match(concept.value) is not None
    return known
