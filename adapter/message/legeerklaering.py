"""The doctor's statement about incapacity for work (NAV Legeerklæring, HIS 80805:2008), as its reader needs it.

It is read, never made: it is carried on as it came (`source`). Its code lists are its own and have no numbers; codes
carry the names that the standard gives them.
"""

from __future__ import annotations

from typing import ClassVar

from adapter.message.attachment import Opaque
from adapter.message.code import Code, Moment
from adapter.message.henvisning import Diagnosis
from adapter.message.kind import Kind
from adapter.message.party import Patient
from adapter.message.payload import Payload
from adapter.values import value_class


@value_class
class Workplace:
    """Where the patient works (Arbeidsforhold)."""

    name: str | None = None
    organisation_number: str | None = None
    occupation: str | None = None
    occupation_code: str | None = None
    is_main: Code | None = None


@value_class
class Referred:
    """What the patient is referred to (HenvistUtredning, HenvistBehandling)."""

    text: str | None = None
    date: Moment | None = None
    #: Expected wait in weeks.
    wait: str | None = None


@value_class
class TreatmentPlan:
    """What is planned (PlanUtredBehandle)."""

    examination: Referred | None = None
    treatment: Referred | None = None
    new_information: str | None = None
    no_further_treatment: str | None = None
    new_assessment: str | None = None
    treatment_plan: str | None = None
    examination_plan: str | None = None


@value_class
class Measure:
    """One measure (AktueltTiltak)."""

    kind: Code | None = None
    text: str | None = None


@value_class
class Measures:
    """What could help the patient back to work (ForslagTiltak)."""

    are_relevant: Code | None = None
    measures: tuple[Measure, ...] = ()
    text: str | None = None
    limits: str | None = None
    why_none: str | None = None


@value_class
class WorkAbility:
    """What the patient can do (VurderingFunksjonsevne)."""

    situations: tuple[Code, ...] = ()
    can_resume: Code | None = None
    resumes: Code | None = None
    can_change: Code | None = None
    changes: Code | None = None
    cannot_do: str | None = None
    considerations: str | None = None
    function: str | None = None
    demands: str | None = None


@value_class
class HealthPrognosis:
    """What is expected (Prognose)."""

    will_improve: Code | None = None
    illness: str | None = None
    function: str | None = None
    work: str | None = None


@value_class
class Legeerklaering(Payload):
    """A doctor's statement to NAV."""

    kind: ClassVar[Kind] = Kind.LEGEERKLAERING

    version: str = "1.0"
    #: What it is about (LegeerklaringGjelder).
    purposes: tuple[Code, ...] = ()
    patient: Patient | None = None
    nav_office: str | None = None
    has_several_jobs: Code | None = None
    workplace: Workplace | None = None
    plan: TreatmentPlan | None = None
    #: The first day of incapacity (arbeidsuforFra).
    unfit_from: Moment | None = None
    #: The main one first; a concept names its list where that has a number.
    diagnoses: tuple[Diagnosis, ...] = ()
    consider_injury: Code | None = None
    injured: Moment | None = None
    status: str | None = None
    course: str | None = None
    measures: Measures | None = None
    ability: WorkAbility | None = None
    prognosis: HealthPrognosis | None = None
    connection: str | None = None
    is_withheld: Code | None = None
    #: What the patient should not learn, for medical reasons (ForbeholdLegeerklaring).
    withheld: str | None = None
    other_information: str | None = None
    wants_copy: Code | None = None
    #: Whom NAV should talk to.
    contacts: tuple[Code, ...] = ()
    #: The element itself: it is written as it came, or not at all.
    source: Opaque | None = None

    @property
    def withholds(self) -> bool:
        """Tell whether something of it should be kept from the patient."""
        return bool((self.withheld or "").strip()) or (self.is_withheld is not None and self.is_withheld.value == "1")
