from __future__ import annotations

from adapter.message import Code, Moment, Quantity
from adapter.message.epikrise import ClinicalFact, CodedObservation, Prescription
from adapter.message.henvisning import InformationItem, Medication
from adapter.show.medicines import medicine_table
from adapter.show.page import Block, Table


def test_a_prescription_tells_form_route_and_both_ways_to_write_a_dose() -> None:
    prescription = Prescription(
        drug=Code("N02BE01", "Paracetamol"),
        form=Code("T", "Tablett"),
        dosage_code=Code("2", "To om dagen"),
        dosage="med mat",
        dose=Quantity("500", "mg"),
        supplied=Quantity("100", "stk"),
        route=Code("O", "Oral bruk"),
        duration=Quantity("3", "mnd"),
        status=Code("F", "Fast"),
        comment="Trappes ned",
    )
    fact = ClinicalFact(content=prescription, start=Moment("2026-03-02"), end=Moment("2026-04-02"))

    (block,) = medicine_table([fact])

    assert block == Block(
        "Legemidler",
        (
            Table(
                (
                    *("Legemiddel", "Form", "Dosering", "Enhetsdose", "Mengde", "Administrasjon"),
                    *("Varighet", "Bruk", "Periode", "Kommentar"),
                ),
                (
                    (
                        *("N02BE01 Paracetamol", "Tablett", "To om dagen; med mat", "500 mg", "100 stk", "Oral bruk"),
                        *("3 mnd", "Fast", "02.03.2026 – 02.04.2026", "Trappes ned"),
                    ),
                ),
            ),
        ),
    )


def test_a_medicine_without_a_name_keeps_its_row() -> None:
    (block,) = medicine_table([InformationItem(content=Medication(dosage="1 x 1"))])

    assert block.items == (Table(("Legemiddel", "Dosering"), (("", "1 x 1"),)),)


def test_what_is_no_medicine_makes_no_table() -> None:
    assert medicine_table([ClinicalFact(content=CodedObservation())]) == ()
