"""Medicines as one table without empty columns."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.message.epikrise import ClinicalFact, Prescription
from adapter.message.henvisning import InformationItem, Medication
from adapter.show.page import Block, Table, block, plain
from adapter.show.words import code_text, full_code, moment_text, quantity_text

_HEADS = (
    *("Legemiddel", "Form", "Dosering", "Enhetsdose", "Mengde", "Administrasjon"),
    *("Varighet", "Bruk", "Periode", "Kommentar"),
)


def medicine_table(items: Sequence[InformationItem | ClinicalFact]) -> tuple[Block, ...]:
    """Return the medicines among clinical facts, or nothing where there are none."""
    rows = [
        tuple(plain(cell).strip() for cell in _row(item, item.content))
        for item in items
        if isinstance(item.content, Medication | Prescription)
    ]
    used = [index for index in range(len(_HEADS)) if index == 0 or any(row[index] for row in rows)]
    table = Table(tuple(_HEADS[index] for index in used), tuple(tuple(row[index] for index in used) for row in rows))
    return block("Legemidler", table) if rows else ()


def _row(item: InformationItem | ClinicalFact, medicine: Medication | Prescription) -> tuple[str, ...]:
    form = route = dosage_code = None
    if isinstance(medicine, Prescription):
        form, route, dosage_code = medicine.form, medicine.route, medicine.dosage_code
    dosage = (code_text(dosage_code) if dosage_code else "", medicine.dosage or "")
    return (
        full_code(medicine.drug) if medicine.drug else "",
        code_text(form) if form else "",
        "; ".join(filter(None, dosage)),
        quantity_text(medicine.dose) if medicine.dose else "",
        quantity_text(medicine.supplied) if medicine.supplied else "",
        code_text(route) if route else "",
        quantity_text(medicine.duration) if medicine.duration else "",
        code_text(medicine.status) if medicine.status else "",
        " – ".join(moment_text(moment) for moment in (item.start, item.end) if moment),
        medicine.comment or "",
    )
