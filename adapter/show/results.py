"""Results of named examinations as one table without empty columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapter.message import Code, Quantity
from adapter.message.epikrise import ClinicalFact, ExaminationResult, HeadedText
from adapter.message.henvisning import DateResult, InformationItem, IntervalResult, NumberResult, ResultItem, TextResult
from adapter.show.page import Table, plain
from adapter.show.words import code_text, diagnosis_text, moment_text, quantity_text

_HEADS = ("Undersøkelse", "Resultat", "Avvik", "Undersøkt", "Vurdering", "Kommentar", "Periode", "Tjenestetype")
_NEW = "N"


def has_row(item: InformationItem | ClinicalFact) -> bool:
    """Tell whether a clinical fact is a measured result of a named examination, and nothing that a row cannot hold."""
    content = item.content
    if not isinstance(content, ResultItem | ExaminationResult) or content.examination is None:
        return False
    if isinstance(content.result, TextResult | HeadedText):
        return False
    return not (isinstance(item, ClinicalFact) and (item.origin or item.providers))


def result_table(items: Sequence[InformationItem | ClinicalFact]) -> tuple[Table, ...]:
    """Return the facts that have a row, or nothing where there are none."""
    rows = [
        tuple(plain(cell).strip() for cell in _row(item, item.content))
        for item in items
        if isinstance(item.content, ResultItem | ExaminationResult)
    ]
    used = [index for index in range(len(_HEADS)) if index == 0 or any(row[index] for row in rows)]
    table = Table(tuple(_HEADS[index] for index in used), tuple(tuple(row[index] for index in used) for row in rows))
    return (table,) if rows else ()


def _row(item: InformationItem | ClinicalFact, content: ResultItem | ExaminationResult) -> tuple[str, ...]:
    examination, conclusion = content.examination, getattr(content, "conclusion", None)
    first = item.first if isinstance(item, ClinicalFact) else item.origin
    service = content.service_type if content.service_type and content.service_type.value != _NEW else None
    return (
        _joined([examination.id, *examination.specifications]) if examination else "",
        _result(content.result),
        _joined([content.deviation]),
        moment_text(content.examined) if content.examined else "",
        diagnosis_text(conclusion) if conclusion else "",
        content.comment or "",
        " – ".join(moment_text(moment) for moment in (first, item.start, item.end) if moment),
        _joined([service]),
    )


def _result(result: object) -> str:
    match result:
        case NumberResult():
            return " ".join(filter(None, (_joined([result.comparison]), _quantity(result.value))))
        case IntervalResult():
            return " – ".join(filter(None, (_quantity(result.low), _quantity(result.high))))
        case DateResult(value=moment) if moment:
            return moment_text(moment)
    return ""


def _joined(codes: Iterable[Code | None]) -> str:
    return ", ".join(code_text(code) for code in codes if code)


def _quantity(quantity: Quantity | None) -> str:
    return quantity_text(quantity) if quantity else ""
