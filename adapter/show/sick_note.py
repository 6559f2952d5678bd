"""What a sick note says that is not shown field by field: periods, and the answers with who shall not see them."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.message.sykmelding import Audience, Cause, QuestionAnswer, QuestionGroup, SickPeriod, Sykmelding
from adapter.show.labels import YES_NO
from adapter.show.page import Item, Table, block, line
from adapter.show.words import code_text, moment_text

_YES = "Ja"
_AUDIENCES = {Audience.EMPLOYER: "arbeidsgiver", Audience.NAV: "NAV", Audience.PATIENT: "pasienten"}


def notices(note: Sykmelding) -> Iterator[str]:
    """Yield what a reader must know before anything else."""
    if note.assessment and _is_yes(note.assessment.is_kept_from_patient):
        yield "Skal skjermes for pasienten."
    if any(answer.restrictions for group in note.questions for answer in group.answers):
        yield "Noen opplysninger skal ikke vises for alle; det står ved hver av dem."
    if note.to_nav().is_urgent:
        yield "Behandler ber NAV ta tak i saken nå."


def periods(found: tuple[SickPeriod, ...]) -> tuple[Item, ...]:
    """Return the periods as a table."""
    rows = tuple(
        (
            moment_text(period.start) if period.start else "",
            moment_text(period.end) if period.end else "",
            "; ".join(_said(period)),
        )
        for period in found
    )
    return block("Perioder", Table(("Fra", "Til", "Sykmelding"), rows))


def _said(period: SickPeriod) -> Iterator[str]:
    if period.employer_advice is not None:
        yield f"Avventende sykmelding: {period.employer_advice}"
    if period.grade is not None:
        yield f"{period.grade} % sykmeldt"
    if period.no_activity is not None:
        yield "100 % sykmeldt"
        causes = (("medisinske årsaker", period.no_activity.medical), ("arbeidsplassen", period.no_activity.workplace))
        yield from (f"{name}: {cause_text(cause)}" for name, cause in causes if cause)
    if period.treatment_days is not None:
        yield f"{period.treatment_days} behandlingsdager i uken"
    if _is_yes(period.has_travel_grant) or _is_yes(period.has_travel_grant_beside):
        yield "Reisetilskudd"


def cause_text(cause: Cause) -> str:
    """Return why, in one line."""
    return ", ".join(part for part in (*map(code_text, cause.codes), cause.text) if part)


def questions(found: tuple[QuestionGroup, ...]) -> tuple[Item, ...]:
    """Return each group of questions under its title."""
    items: list[Item] = []
    for group in found:
        title = " ".join(part for part in (group.id, group.title) if part)
        items += block(title or "Spørsmål", *(item for answer in group.answers for item in _answered(answer)))
    return tuple(items)


def _answered(answer: QuestionAnswer) -> tuple[Item, ...]:
    asked = " ".join(part for part in (answer.id, answer.question) if part)
    kept_from = [name for audience, name in _AUDIENCES.items() if answer.is_kept_from(audience)]
    others = [code_text(code) for code in answer.restrictions if (code.value or "").strip().upper() not in _AUDIENCES]
    names = ", ".join(filter(None, (*kept_from, *others)))
    return block(asked or "Svar", *line("", answer.text), *line("Skal ikke vises for", names))


def _is_yes(text: str | None) -> bool:
    return YES_NO.get((text or "").strip()) == _YES
