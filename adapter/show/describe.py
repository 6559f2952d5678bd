"""Any part of a message as lines and blocks: by its own rule where it has one, else field by field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from adapter.message import Code, FreeText, HealthcareProfessional, Identifier, Moment, Organisation, Patient, Person
from adapter.message.address import Address, Telecom
from adapter.message.attachment import Opaque
from adapter.message.code import Quantity
from adapter.message.epikrise import ClinicalFact, HeadedText, Prescription
from adapter.message.henvisning import Diagnosis, InformationItem, Medication, Reason
from adapter.message.sykmelding import Cause, QuestionGroup, SickPeriod
from adapter.show.labels import LABELS, SHOWN_ELSEWHERE, YES_NO
from adapter.show.page import Item, Table, block, line
from adapter.show.sick_note import cause_text, periods, questions
from adapter.show.words import (
    address_lines,
    code_text,
    free_text,
    full_code,
    identifier_lines,
    moment_text,
    opaque_block,
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
}
_MEDICINE_HEADS = ("Legemiddel", "Dosering", "Enhetsdose", "Mengde", "Varighet", "Bruk", "Periode", "Kommentar")


def describe(value: Any) -> tuple[Item, ...]:  # noqa: ANN401 - any dataclass of the model
    """Return a dataclass of the model, empty fields left out."""
    match value:
        case Person():
            return _person(value)
        case Organisation():
            return (*line("", value.name), *_fields(value))
        case Opaque():
            return opaque_block(value)
        case Diagnosis():
            return _diagnosis(value)
        case HeadedText():
            return headed_texts((value,))
    return _fields(value)


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
    items = describe(value)
    return block(label, *items) if label else items


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
    medicines = [item for item in found if isinstance(item.content, Medication | Prescription)]
    by_kind: dict[str, list[Item]] = {}
    for item in found:
        if not isinstance(item.content, Medication | Prescription):
            title = (code_text(item.kind) if item.kind else "") or "Opplysning"
            by_kind.setdefault(title, []).extend(_fields(item))
    blocks: list[Item] = []
    for title, items in by_kind.items():
        blocks += block(title, *items)
    return (*blocks, *(block("Legemidler", _medicine_table(medicines)) if medicines else ()))


def _medicine_table(items: list[InformationItem | ClinicalFact]) -> Table:
    rows = [tuple(cell.strip() for cell in _medicine_row(item)) for item in items]
    used = [index for index in range(len(_MEDICINE_HEADS)) if index == 0 or any(row[index] for row in rows)]
    return Table(
        tuple(_MEDICINE_HEADS[index] for index in used), tuple(tuple(row[index] for index in used) for row in rows)
    )


def _medicine_row(item: InformationItem | ClinicalFact) -> tuple[str, ...]:
    medicine = item.content
    if not isinstance(medicine, Medication | Prescription):
        return ()
    period = " – ".join(moment_text(moment) for moment in (item.start, item.end) if moment)
    return (
        full_code(medicine.drug) if medicine.drug else "",
        medicine.dosage or "",
        quantity_text(medicine.dose) if medicine.dose else "",
        quantity_text(medicine.supplied) if medicine.supplied else "",
        quantity_text(medicine.duration) if medicine.duration else "",
        code_text(medicine.status) if medicine.status else "",
        period,
        medicine.comment or "",
    )


def _person(person: Person) -> tuple[Item, ...]:
    work: tuple[Item, ...] = ()
    if isinstance(person, HealthcareProfessional):
        work = (
            *describe_field(LABELS["HealthcareProfessional.profession"], person.profession),
            *describe_field(LABELS["HealthcareProfessional.role_to_patient"], person.role_to_patient),
        )
        person = replace(person, profession=None, role_to_patient=None)
    return (*line("Navn", person.name), *work, *identifier_lines(person.identifiers), *_fields(person))


def _diagnosis(diagnosis: Diagnosis) -> tuple[Item, ...]:
    concept = full_code(diagnosis.concept) if diagnosis.concept else ""
    modifiers = (
        f"{code_text(modifier.name) if modifier.name else ''}: {', '.join(map(code_text, modifier.values))}"
        for modifier in diagnosis.modifiers
    )
    return line("", "; ".join(part for part in (concept, *modifiers) if part))


def _several(label: str, values: tuple[Any, ...]) -> tuple[Item, ...]:
    if not values:
        return ()
    text = _TEXTS.get(type(values[0]))
    if text:
        return line(label, "\n".join(filter(None, map(text, values))))
    together = _TOGETHER.get(type(values[0]))
    if together:
        return together(values)
    if isinstance(values[0], Diagnosis):
        return block(label, *(item for value in values for item in _diagnosis(value)))
    items: list[Item] = []
    for value in values:
        found = describe(value)
        items += block(label, *found) if label else found
    return tuple(items)


#: Values that are shown together, under headings of their own.
_TOGETHER: dict[type, Callable[[tuple[Any, ...]], tuple[Item, ...]]] = {
    Identifier: identifier_lines,
    Reason: reasons,
    HeadedText: headed_texts,
    InformationItem: information,
    ClinicalFact: information,
    SickPeriod: periods,
    QuestionGroup: questions,
}


def _fields(value: Any) -> tuple[Item, ...]:  # noqa: ANN401 - any dataclass of the model
    return fields_first(value)


def fields_first(value: Any, *first: str) -> tuple[Item, ...]:  # noqa: ANN401 - any dataclass of the model
    """Return a dataclass field by field, some of them before the others."""
    cls: type = type(value)
    labels = dict(labelled_fields(cls))
    names = [*first, *(name for name in labels if name not in first)]
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
