from __future__ import annotations

from dataclasses import replace

import pytest

from adapter import show
from adapter.message import Code, Document, FreeText, Henvisning, Message, Moment, Party, Quantity, coded
from adapter.message.epikrise import ClinicalFact, ExaminationResult, HeadedText
from adapter.message.henvisning import (
    DateResult,
    Diagnosis,
    Examination,
    InformationItem,
    IntervalResult,
    NumberResult,
    ResultItem,
    TextResult,
)
from adapter.show.page import Table
from adapter.show.results import has_row, result_table

CRP = Examination(id=Code("1", "C-reaktivt protein"), specifications=(Code("F", "Fastende"),))
MEASURED = ResultItem(
    result=NumberResult(comparison=Code("LT", "Mindre enn"), value=Quantity("5", "mg/L")),
    examination=CRP,
    service_type=Code("N", "Ny"),
)
FACT = ClinicalFact(content=ExaminationResult(result=NumberResult(value=Quantity("9", "mg/L")), examination=CRP))


def item(content: ResultItem) -> InformationItem:
    return InformationItem(kind=coded(8233, "FUNN", "Funn"), content=content)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (MEASURED.result, "Mindre enn 5 mg/L"),
        (NumberResult(value=Quantity("5")), "5"),
        (IntervalResult(low=Quantity("1", "mg/L"), high=Quantity("2", "mg/L")), "1 mg/L – 2 mg/L"),
        (IntervalResult(high=Quantity("2")), "2"),
        (DateResult(value=Moment("2026-03-02")), "02.03.2026"),
    ],
)
def test_a_measured_result_is_a_row(result: NumberResult | IntervalResult | DateResult, shown: str) -> None:
    measured = item(replace(MEASURED, result=result))

    assert has_row(measured)
    assert result_table([measured]) == (
        Table(("Undersøkelse", "Resultat"), (("C-reaktivt protein, Fastende", shown),)),
    )


@pytest.mark.parametrize("result", [None, DateResult()])
def test_an_examination_without_a_result_keeps_its_row(result: DateResult | None) -> None:
    (table,) = result_table([item(replace(MEASURED, result=result))])

    assert table == Table(("Undersøkelse",), (("C-reaktivt protein, Fastende",),))


def test_a_result_tells_all_that_is_known_of_it() -> None:
    content = ExaminationResult(
        result=NumberResult(value=Quantity("9", "mg/L")),
        examination=CRP,
        service_type=Code("M", "Endring"),
        deviation=Code("H", "Høy"),
        examined=Moment("2026-03-02"),
        conclusion=Diagnosis(concept=Code("L84", "Ryggsyndrom")),
        comment="Fulgt opp",
    )

    (table,) = result_table([ClinicalFact(content=content, first=Moment("2026-03-01"), end=Moment("2026-03-03"))])

    assert dict(zip(table.heads, table.rows[0], strict=True)) == {
        "Undersøkelse": "C-reaktivt protein, Fastende",
        "Resultat": "9 mg/L",
        "Avvik": "Høy",
        "Undersøkt": "02.03.2026",
        "Vurdering": "L84 Ryggsyndrom",
        "Kommentar": "Fulgt opp",
        "Periode": "01.03.2026 – 03.03.2026",
        "Tjenestetype": "Endring",
    }


@pytest.mark.parametrize(
    "other",
    [
        item(replace(MEASURED, examination=None)),
        item(replace(MEASURED, result=TextResult(text="Fin gange"))),
        replace(FACT, content=ExaminationResult(result=HeadedText(text=FreeText(text="God")), examination=CRP)),
        replace(FACT, origin=Party()),
        InformationItem(),
    ],
)
def test_words_and_what_somebody_else_says_are_no_row(other: InformationItem | ClinicalFact) -> None:
    assert not has_row(other)


def test_words_stand_before_the_table_of_their_kind() -> None:
    facts = (item(MEASURED), item(ResultItem(result=TextResult(text="Fin gange"))))
    shown = show.text(Message(documents=(Document(content=(Henvisning(information=facts),)),)))

    assert "  Funn\n    Resultat: Fin gange\n    Undersøkelse                  Resultat\n" in shown
    assert shown.count("Mindre enn 5 mg/L") == 1
