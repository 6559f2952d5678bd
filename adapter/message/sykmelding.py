"""The sick note (Sykmelding, HelseOpplysningerArbeidsuforhet 2013-10-01), as its reader needs it.

It is read, never made: what it says is the doctor's, and it is carried on as it came (`source`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adapter.message.attachment import Opaque
from adapter.message.code import Code, Moment
from adapter.message.henvisning import Diagnosis
from adapter.message.kind import Kind
from adapter.message.party import HealthcareProfessional, Patient
from adapter.message.payload import Payload
from adapter.values import value_class

_TRUE = frozenset({"true", "1"})
#: From these rules on, words about NAV's help are the tick beside them.
_RULES_OF_WORDS = "3"


class Audience(StrEnum):
    """Someone an answer can be kept from, by the code in list 8134."""

    EMPLOYER = "A"
    NAV = "N"
    PATIENT = "P"


@value_class
class Employment:
    """Which job the sick note is for."""

    #: List 8130.
    has_employer: Code | None = None
    employer: str | None = None
    occupation: str | None = None
    percentage: str | None = None


@value_class
class Cause:
    """Why (ArsakType)."""

    codes: tuple[Code, ...] = ()
    text: str | None = None


@value_class
class MedicalAssessment:
    """What the patient suffers from (MedisinskVurdering)."""

    diagnosis: Diagnosis | None = None
    other_diagnoses: tuple[Diagnosis, ...] = ()
    #: List 8131.
    other_cause: Cause | None = None
    is_pregnancy: str | None = None
    is_work_injury: str | None = None
    injured: Moment | None = None
    is_kept_from_patient: str | None = None


@value_class
class NoActivity:
    """Why the patient cannot work at all (AktivitetIkkeMulig)."""

    medical: Cause | None = None
    workplace: Cause | None = None


@value_class
class SickPeriod:
    """How much the patient can work from one day to another (Periode)."""

    start: Moment | None = None
    end: Moment | None = None
    #: Avventende: what the employer could do instead.
    employer_advice: str | None = None
    #: Per cent of sick leave.
    grade: str | None = None
    has_travel_grant_beside: str | None = None
    no_activity: NoActivity | None = None
    #: Days of treatment a week.
    treatment_days: str | None = None
    has_travel_grant: str | None = None


@value_class
class InWork:
    """The outlook for someone with an employer (ErIArbeid)."""

    own_work: str | None = None
    own_work_from: Moment | None = None
    other_work: str | None = None
    assessed: Moment | None = None


@value_class
class OutOfWork:
    """The outlook for someone without an employer (ErIkkeIArbeid)."""

    fit_in_time: str | None = None
    fit_from: Moment | None = None
    assessed: Moment | None = None


@value_class
class WorkPrognosis:
    """What is expected after the period (Prognose)."""

    fit_after: str | None = None
    considerations: str | None = None
    outlook: InWork | OutOfWork | None = None


@value_class
class QuestionAnswer:
    """A question of the form and the doctor's answer (SpmSvar)."""

    #: Such as "6.2.1".
    id: str | None = None
    question: str | None = None
    #: List 8134: who shall not see it.
    restrictions: tuple[Code, ...] = ()
    text: str | None = None

    def is_kept_from(self, audience: Audience) -> bool:
        """Tell whether somebody shall not see this answer."""
        return any((code.value or "").strip().upper() == audience for code in self.restrictions)


@value_class
class QuestionGroup:
    """Questions that belong together (SpmGruppe)."""

    #: Such as "6.2".
    id: str | None = None
    title: str | None = None
    answers: tuple[QuestionAnswer, ...] = ()


@value_class
class FollowUpPlan:
    """The employer's plan, and the meeting about it (Oppfolgingsplan)."""

    received: str | None = None
    invited: str | None = None
    attended: str | None = None
    absence: str | None = None


@value_class
class ToNav:
    """What a sick note tells NAV and asks of it."""

    #: NAV should take the case up at once (form field 8.1).
    is_urgent: bool
    #: What help is needed of NAV (8.1).
    help: str | None
    #: Measures by NAV (7.2).
    measures: str | None
    #: Other measures (7.3).
    other_measures: str | None
    #: The answers that NAV may see (6).
    answers: tuple[QuestionAnswer, ...]

    @property
    def asks(self) -> bool:
        """Tell whether NAV is asked for something, beside the sick leave itself."""
        return self.is_urgent or any((self.help, self.measures, self.other_measures))


@value_class
class Sykmelding(Payload):
    """A sick note."""

    kind: ClassVar[Kind] = Kind.SYKMELDING

    #: NAV's number for the form of 2013-10-01.
    version: str = "1.3"
    #: Version of the questions (RegelSettVersjon).
    rules: str | None = None
    #: The first day of this sick leave (SyketilfelleStartDato).
    started: Moment | None = None
    patient: Patient | None = None
    gp: str | None = None
    nav_office: str | None = None
    employment: Employment | None = None
    assessment: MedicalAssessment | None = None
    periods: tuple[SickPeriod, ...] = ()
    prognosis: WorkPrognosis | None = None
    questions: tuple[QuestionGroup, ...] = ()
    #: Tiltak (7.1, 7.2, 7.3).
    workplace_measures: str | None = None
    nav_measures: str | None = None
    other_measures: str | None = None
    plan: FollowUpPlan | None = None
    #: MeldingTilNav (8.1).
    needs_nav_now: str | None = None
    nav_help: str | None = None
    #: MeldingTilArbeidsgiver (9.1): for the employer, and no one else.
    employer_message: str | None = None
    #: KontaktMedPasient (12).
    seen: Moment | None = None
    contact: Moment | None = None
    no_contact: str | None = None
    doctor: HealthcareProfessional | None = None
    system: str | None = None
    system_version: str | None = None
    barcode: str | None = None
    #: The element itself: it is written as it came, or not at all.
    source: Opaque | None = None

    def answers_for(self, audience: Audience) -> tuple[QuestionAnswer, ...]:
        """Return the answers that somebody may see, in the form's order."""
        return tuple(
            answer for group in self.questions for answer in group.answers if not answer.is_kept_from(audience)
        )

    def to_nav(self) -> ToNav:
        """Return what NAV is told and asked (fields 6, 7.2, 7.3 and 8.1), without what is kept from it."""
        words = _said(self.nav_help)
        is_ticked = (self.needs_nav_now or "").strip() in _TRUE
        return ToNav(
            is_urgent=is_ticked or (words is not None and (self.rules or "").strip() == _RULES_OF_WORDS),
            help=words,
            measures=_said(self.nav_measures),
            other_measures=_said(self.other_measures),
            answers=self.answers_for(Audience.NAV),
        )


def _said(text: str | None) -> str | None:
    return (text or "").strip() or None
