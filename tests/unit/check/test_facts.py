"""Facts are found by code first, by heading second, by word last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapter.check.facts import Facts, Marking, Presence, facts_of, marking_of, sections_of
from adapter.message import Code, Document, Message, Moment, Sykmelding, Telecom, coded
from adapter.message.henvisning import (
    Comment,
    ContactPerson,
    Diagnosis,
    InformationItem,
    Institution,
    Medication,
    NumberResult,
    Observation,
    Reason,
    ResultItem,
    TextResult,
)

Build = Callable[..., Message]
VERSIONS = ["1.0", "1.1", "2.0"]


def facts(message: Message) -> Facts:
    """Return the facts of a referral."""
    assert message.henvisning is not None
    return facts_of(message, message.henvisning)


def _bare(referral: Build, *texts: str, version: str = "1.1") -> Message:
    """Return a referral that says nothing but these texts, under PROB."""
    reasons = tuple(Reason(heading=Code("PROB"), text=text) for text in texts)
    nothing = {"request_comment": None, "information": (), "institutions": (), "contact_persons": ()}
    return referral(version, reasons=reasons, **nothing)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_whole_referral_has_every_fact_by_code(referral: Build, version: str) -> None:
    found = facts(referral(version))

    assert found.marking is Marking.WHOLE
    assert {found.problem, found.employment, found.sick_leave, found.earlier} == {Presence.CODED}
    assert found.has_patient_phone
    assert found.has_referrer_phone
    assert found.has_general_practitioner
    assert found.has_complete_diagnosis
    assert found.is_in_target_group
    assert not found.has_wrong_sick_leave_dates
    assert not found.names_ended_scheme


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bare_referral_has_no_fact(referral: Build, version: str) -> None:
    found = facts(_bare(referral, "Vondt i ryggen", version=version))

    assert found.problem is Presence.CODED
    assert {found.employment, found.sick_leave, found.earlier} == {Presence.MISSING}


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "&#13;&#10;"])
@pytest.mark.parametrize("colon", [":", "", " :"])
def test_headings_inside_one_text_are_read(referral: Build, line_break: str, colon: str) -> None:
    text = (line_break * 2).join(
        f"{heading}{colon}{line_break}{body}"
        for heading, body in [
            ("Aktuell problemstilling", "Vondt i ryggen"),
            ("Arbeidsforhold", "Lager, full tid"),
            ("Sykemeldingsstatus", "50 % fra januar"),
            ("Tidligere utredning/behandling", "Trening hos Vits"),
        ]
    )
    found = facts(_bare(referral, text))

    assert found.problem is Presence.CODED
    assert {found.employment, found.sick_leave, found.earlier} == {Presence.TEXT}


def test_a_heading_with_its_text_on_the_same_line_is_read(referral: Build) -> None:
    assert facts(_bare(referral, "Arbeidsforhold: Lager, full tid")).employment is Presence.TEXT


def test_a_heading_with_nothing_under_it_says_nothing(referral: Build) -> None:
    found = facts(_bare(referral, "Vondt i ryggen\n\nSykemeldingsstatus:\n\nArbeidsforhold:\n\n"))

    assert (found.sick_leave, found.employment) == (Presence.MISSING, Presence.MISSING)


def test_a_long_line_that_begins_like_a_heading_is_text() -> None:
    text = "Arbeid og hvile veksler gjennom hele dagen, og det går bra: ingen klager"

    assert list(sections_of(text)) == [(None, text.lower())]


@pytest.mark.parametrize(
    "words",
    [
        "Hun er ikke sykmeldt",
        "sjukmeldt 40 %",
        "mottar AAP",
        "har brukt egenmelding",
        "friskmeldt i mars",
        "mye sykefravær",
    ],
)
def test_words_about_sick_leave_count(referral: Build, words: str) -> None:
    assert facts(_bare(referral, words)).sick_leave is Presence.TEXT


@pytest.mark.parametrize(
    "words",
    [
        "jobber på lager",
        "student",
        "uten arbeid",
        "arbeidsledig",
        "60 % stilling",
        "ansatt i butikk",
        "yrke: lagerarbeider",
    ],
)
def test_words_about_employment_count(referral: Build, words: str) -> None:
    assert facts(_bare(referral, words)).employment is Presence.TEXT


@pytest.mark.parametrize(
    "words",
    ["Arbeidsrettet mestringsopphold", "Helse i arbeid", "nedsatt arbeidsevne", "aktuell problemstilling er vond"],
)
def test_a_marking_says_nothing_about_employment(referral: Build, words: str) -> None:
    assert facts(_bare(referral, words)).employment is Presence.MISSING


@pytest.mark.parametrize(
    ("text", "marking"),
    [
        ("Arbeidsrettet mestringsopphold", Marking.WHOLE),
        ("ARBEIDSRETTET MESTRINGSOPPHOLD", Marking.WHOLE),
        ("arbeidsretta meistringsopphald", Marking.WHOLE),
        ("Arbeids-rettet  mestrings-opphold", Marking.WHOLE),
        ("Merket HIA", Marking.HIA),
        ("Helse i Arbeid", Marking.HIA),
        ("HelseIArbeid", Marking.HIA),
        ("hia er snill", Marking.NONE),
        ("mestringsopphold", Marking.NEAR),
        ("Mestring i opphold", Marking.NONE),
    ],
)
def test_markings_are_recognised_in_both_languages(text: str, marking: Marking) -> None:
    assert marking_of([text]) is marking


def test_the_whole_marking_counts_before_all_others() -> None:
    assert marking_of(["mestringsopphold", "HIA", "arbeidsrettet mestringsopphold"]) is Marking.WHOLE
    assert marking_of(["HIA", "mestringsopphold"]) is Marking.HIA


@pytest.mark.parametrize("version", VERSIONS)
def test_a_marking_is_found_in_every_text(referral: Build, version: str) -> None:
    text = "Arbeidsrettet mestringsopphold"
    whole = referral(version)
    assert whole.henvisning is not None
    places = [
        {"request_comment": text},
        {"requested": replace(whole.henvisning.requested, comment=text)},  # type: ignore[type-var] # the builder sets it
        {"reasons": (Reason(heading=Code("UTRED"), text=text),)},
        {"comments": (Comment(text=text),)},
        {"information": (InformationItem(content=Observation(description=text)),)},
        {"information": (InformationItem(content=ResultItem(result=TextResult(text=text))),)},
    ]
    for place in places:
        assert facts(referral(version, **{"request_comment": None, **place})).marking is Marking.WHOLE


def test_text_under_another_heading_is_no_coded_problem(referral: Build) -> None:
    reasons = (Reason(heading=Code("UTRED"), text="Vurdering"),)

    assert facts(referral(reasons=reasons)).problem is Presence.TEXT
    assert facts(_bare(referral, "Arbeidsforhold: Lager")).problem is Presence.TEXT
    assert facts(_bare(referral)).problem is Presence.MISSING


@pytest.mark.parametrize(
    "change",
    [
        {"contact_persons": (ContactPerson(workplace="Lageret"),)},
        {"institutions": (Institution(role="Arbeidsplass"),)},
        {"institutions": (Institution(working_time="80 %"),)},
    ],
)
def test_an_employer_is_employment_by_code(referral: Build, change: dict[str, object]) -> None:
    nothing = {"institutions": (), "contact_persons": ()}

    assert facts(referral(**{**nothing, **change})).employment is Presence.CODED


def test_a_contact_at_nav_is_no_employer(referral: Build) -> None:
    contact = ContactPerson(occupation="Saksbehandler", workplace="NAV")

    assert facts(referral(institutions=(), contact_persons=(contact,))).employment is Presence.MISSING


def _sick_leave(**fields: object) -> InformationItem:
    return InformationItem(kind=Code("SYKM"), **fields)  # type: ignore[arg-type] # any field may be given


@pytest.mark.parametrize(
    ("item", "presence"),
    [
        (_sick_leave(start=Moment("2026-01-01")), Presence.CODED),
        (_sick_leave(content=Observation(comment="100 %")), Presence.CODED),
        (_sick_leave(content=Observation()), Presence.MISSING),
        (_sick_leave(content=Medication()), Presence.MISSING),
        (
            InformationItem(content=ResultItem(result=TextResult(heading=Code("SY"), text="50 %"))),
            Presence.CODED,
        ),
        (InformationItem(content=ResultItem(result=NumberResult())), Presence.MISSING),
    ],
)
def test_a_sick_leave_item_must_say_something(referral: Build, item: InformationItem, presence: Presence) -> None:
    assert facts(referral(information=(item,))).sick_leave is presence


@pytest.mark.parametrize(
    ("origin", "start", "end", "is_wrong"),
    [
        ("2026-01-10", "2026-01-15", "2026-03-15", False),
        ("2026-01-15", "2026-01-15", "2026-01-15", False),
        (None, "2026-01-15", "2026-01-14", True),
        ("2026-01-16", "2026-01-15", None, True),
        ("2026-01-16", None, "2025-01-01", False),
        ("2026-01-16", "i går", "2025-01-01", False),
    ],
)
def test_the_dates_of_a_sick_leave_must_follow_each_other(
    referral: Build,
    origin: str | None,
    start: str | None,
    end: str | None,
    is_wrong: bool,  # noqa: FBT001 - parametrised
) -> None:
    dates = {
        name: Moment(text) for name, text in [("origin", origin), ("start", start), ("end", end)] if text is not None
    }

    assert facts(referral(information=(_sick_leave(**dates),))).has_wrong_sick_leave_dates is is_wrong


@pytest.mark.parametrize(
    ("phones", "has_phone"),
    [
        (("tel:+4790000001",), True),
        (("tel:900 00 001",), True),
        (("tel:9000",), False),
        (("mailto:a@b.no",), False),
        ((), False),
    ],
)
def test_a_phone_number_has_eight_digits(referral: Build, phones: tuple[str, ...], has_phone: bool) -> None:  # noqa: FBT001 - parametrised
    telecoms = tuple(Telecom(None, phone) for phone in phones)

    assert facts(referral(address=None, telecoms=telecoms)).has_patient_phone is has_phone


def test_a_phone_number_in_a_comment_counts(referral: Build) -> None:
    comment = Comment(heading=coded(8234, "TEL"), text="Treffes på 900 00 001")

    assert facts(referral(address=None, comments=(comment,))).has_patient_phone
    assert not facts(referral(address=None, comments=(replace(comment, text="ukjent"),))).has_patient_phone


@pytest.mark.parametrize(
    ("concept", "is_target"),
    [
        (coded(7170, "L84", "Rygg"), True),
        (coded(7170, "P76", "Depresjon"), False),
        (coded(7110, "M54.5", "Rygg"), True),
        (coded(7110, "G56.0", "Håndledd"), True),
        (coded(7110, "F32", "Depresjon"), False),
        (coded(7160, "X", "Gammel"), None),
        (Code(text="Vondt"), None),
        (None, None),
    ],
)
def test_the_target_group_is_told_by_the_diagnosis(
    referral: Build,
    concept: Code | None,
    is_target: bool | None,  # noqa: FBT001 - parametrised
) -> None:
    assert facts(referral(diagnoses=(Diagnosis(concept=concept),))).is_in_target_group is is_target


def test_one_diagnosis_of_the_target_group_is_enough(referral: Build) -> None:
    diagnoses = (Diagnosis(concept=coded(7170, "P76", "x")), Diagnosis(concept=coded(7170, "L84", "x")))

    assert facts(referral(diagnoses=diagnoses)).is_in_target_group


def test_the_ended_scheme_is_recognised(referral: Build) -> None:
    assert facts(_bare(referral, "Gjelder Raskere  tilbake")).names_ended_scheme


def test_an_attached_sick_leave_form_tells_it(referral: Build) -> None:
    """Payload standards 6: the form itself is the best source."""
    whole = referral("2.0", information=(), reasons=(), request_comment=None)
    form = Document(kind=Code("XML"), content=(Sykmelding(),))

    attached = replace(whole, documents=(*whole.documents, form))

    assert facts(whole).sick_leave is Presence.MISSING
    assert facts(attached).sick_leave is Presence.CODED
