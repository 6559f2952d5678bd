"""Any part of a message as lines and blocks: by its own rule where it has one, else field by field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from adapter.message import (
    Code,
    FreeText,
    HealthcareProfessional,
    Identifier,
    Moment,
    Organisation,
    Party,
    Patient,
    Person,
)
from adapter.message.address import Address, Telecom
from adapter.message.code import Quantity
from adapter.message.dialogmelding import Notat, RelatedRole, RelatedUnit
from adapter.message.epikrise import ClinicalFact, HeadedText, NextOfKin, Prescription
from adapter.message.henvisning import (
    AssessmentDate,
    CareRelation,
    Contact,
    ContactPerson,
    Diagnosis,
    InformationItem,
    Institution,
    Medication,
    Reason,
    Relative,
    Responsible,
)
from adapter.message.legeerklaering import Workplace
from adapter.message.sykmelding import Cause, Employment, QuestionGroup, SickPeriod
from adapter.show.labels import LABELS, SHOWN_ELSEWHERE, YES_NO
from adapter.show.medicines import medicine_table
from adapter.show.page import Item, block, card, line, lines_first
from adapter.show.results import has_row, result_table
from adapter.show.sick_note import cause_text, periods, questions
from adapter.show.words import (
    address_lines,
    code_text,
    diagnosis_text,
    free_text,
    identifier_lines,
    moment_text,
    quantity_text,
    telecom_text,
)

#: Values that are one piece of text.
_TEXTS: dict[type, Callable[[Any], str]] = {
    Code: code_text,
    Moment: moment_text,
    Quantity: quantity_text,
    Telecom: telecom_text,
    FreeText: free_text,
    Cause: cause_text,
    Diagnosis: diagnosis_text,
}
#: Values that are people or bodies: a few lines each, which may stand beside one another.
_CARDS = (
    *(Person, Party, RelatedRole, RelatedUnit, Contact, ContactPerson, Institution, Relative, NextOfKin),
    *(CareRelation, Responsible, Employment, Workplace),
)
#: What comes first of those: who it is.
_NAMES = ("organisation", "party", "person", "name", "employer")


def describe(value: Any) -> tuple[Item, ...]:  # noqa: ANN401 - any dataclass of the model
    """Return a dataclass of the model, empty fields left out."""
    match value:
        case Person():
            return _person(value)
        case Organisation():
            return (*line("", value.name), *_fields(value))
        case HeadedText():
            return headed_texts((value,))
    return fields_first(value, *(_NAMES if isinstance(value, _CARDS) else ()))


def describe_field(label: str, value: object) -> tuple[Item, ...]:
    """Return a field's value under its label."""
    if isinstance(value, tuple):
        return _several(label, value)
    if isinstance(value, str):
        return line(label, YES_NO.get(value, value) if value in {"true", "false"} else value)
    if isinstance(value, Address):
        return address_lines(label or "Adresse", value)
    if value is None:
        return ()
    text = _TEXTS.get(type(value))
    if text:
        return line(label, text(value))
    return _under(label, value)


def _under(label: str, value: object) -> tuple[Item, ...]:
    """Return a value under its label; a party's part in the matter, or what a note is about, says more than that."""
    items = describe(value)
    match value:
        case CareRelation() | Responsible():
            label = (code_text(value.relation) if value.relation else "") or label
        case Notat() if label:
            label = (code_text(value.theme) if value.theme else "") or label
    if not label:
        return items
    return card(label, *items) if isinstance(value, _CARDS) else block(label, *lines_first(items))


def reasons(found: tuple[Reason, ...]) -> tuple[Item, ...]:
    """Return the reasons, each under its heading."""
    return _under_headings(found, "Begrunnelse")


def headed_texts(found: tuple[HeadedText, ...]) -> tuple[Item, ...]:
    """Return the words of a letter, each under its heading."""
    return _under_headings(found, "Kommentar")


def _under_headings(found: tuple[Reason | HeadedText, ...], otherwise: str) -> tuple[Item, ...]:
    items: list[Item] = []
    for words in found:
        title = code_text(words.heading) if words.heading else ""
        items += block(title or otherwise, *_fields(words))
    return tuple(items)


def information(found: tuple[InformationItem | ClinicalFact, ...]) -> tuple[Item, ...]:
    """Return the clinical facts by kind, in the order the kinds came; medicines are a table of their own."""
    by_kind: dict[str, list[InformationItem | ClinicalFact]] = {}
    for item in found:
        if not isinstance(item.content, Medication | Prescription):
            title = (code_text(item.kind) if item.kind else "") or "Opplysning"
            by_kind.setdefault(title, []).append(item)
    blocks = (made for title, items in by_kind.items() for made in block(title, *_facts(items)))
    return (*blocks, *medicine_table(found))


def _facts(items: list[InformationItem | ClinicalFact]) -> Iterator[Item]:
    yield from (shown for item in items if not has_row(item) for shown in _fields(item))
    yield from result_table([item for item in items if has_row(item)])


def assessment_dates(found: tuple[AssessmentDate, ...]) -> tuple[Item, ...]:
    """Return the dates of an assessment, each under its own name."""
    return tuple(
        shown
        for entry in found
        if entry.date
        for shown in line((code_text(entry.kind) if entry.kind else "") or "Dato", moment_text(entry.date))
    )


def _person(person: Person) -> tuple[Item, ...]:
    work: tuple[Item, ...] = ()
    if isinstance(person, HealthcareProfessional):
        work = (
            *describe_field(LABELS["HealthcareProfessional.profession"], person.profession),
            *describe_field(LABELS["HealthcareProfessional.role_to_patient"], person.role_to_patient),
        )
        person = replace(person, profession=None, role_to_patient=None)
    numbers = identifier_lines(person.identifiers)
    return (*line("", person.name), *lines_first((*numbers, *work, *_fields(person))))


def _several(label: str, values: tuple[Any, ...]) -> tuple[Item, ...]:
    if not values:
        return ()
    text = _TEXTS.get(type(values[0]))
    if text:
        return line(label, "\n".join(filter(None, map(text, values))))
    together = _TOGETHER.get(type(values[0]))
    if together:
        return together(values)
    return tuple(item for value in values for item in _under(label, value))


#: Values that are shown together, under headings of their own.
_TOGETHER: dict[type, Callable[[tuple[Any, ...]], tuple[Item, ...]]] = {
    Identifier: identifier_lines,
    Reason: reasons,
    HeadedText: headed_texts,
    InformationItem: information,
    ClinicalFact: information,
    AssessmentDate: assessment_dates,
    SickPeriod: periods,
    QuestionGroup: questions,
}


def _fields(value: Any) -> tuple[Item, ...]:  # noqa: ANN401 - any dataclass of the model
    return fields_first(value)


def fields_first(value: Any, *first: str) -> tuple[Item, ...]:  # noqa: ANN401 - any dataclass of the model
    """Return a dataclass field by field, some of them before the others."""
    cls: type = type(value)
    labels = dict(labelled_fields(cls))
    names = sorted(labels, key=lambda name: first.index(name) if name in first else len(first))
    return tuple(item for name in names for item in describe_field(labels[name], getattr(value, name)))


@cache
def labelled_fields(cls: type) -> tuple[tuple[str, str], ...]:
    """Return the fields of a dataclass that are shown field by field, each with its label."""
    found = []
    for field in dataclasses.fields(cls):
        owner = owner_of(cls, field.name)
        if owner in SHOWN_ELSEWHERE or owner == "Person.identifiers":
            continue
        found.append((field.name, LABELS[owner]))
    return tuple(found)


def owner_of(cls: type, name: str) -> str:
    """Return "Class.field" with the class that declares the field."""
    for base in (Person, Patient, HealthcareProfessional):
        if issubclass(cls, base) and name in {field.name for field in dataclasses.fields(base)}:
            return f"{base.__name__}.{name}"
    return f"{cls.__name__}.{name}"
