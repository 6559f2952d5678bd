from __future__ import annotations

import pytest

from adapter import show
from adapter.message import Code, Envelope, Kind, Message, OriginalMessage, Receipt, coded


def shown(**fields: object) -> str:
    return show.text(Message(envelope=Envelope.APPREC, kind=Kind.APPREC, receipt=Receipt(**fields)))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("1", "Meldingen er kommet fram og tatt imot."),
        ("2", "Meldingen er avvist: mottakeren har ikke tatt den imot."),
        ("3", "Meldingen er tatt imot, men en del av den har feil og er ikke med."),
    ],
)
def test_a_receipt_says_what_it_means(status: str, meaning: str) -> None:
    assert f"Kvittering\n----------\n{meaning}" in shown(status=Code(status, "Ordet"))
    assert "Status: Ordet" in shown(status=Code(status, "Ordet"))


def test_only_a_rejection_is_said_before_everything_else() -> None:
    assert "! Meldingen er avvist av mottakeren.\n" in shown(status=Code("2"))
    assert "!" not in shown(status=Code("1"))


def test_a_status_of_no_list_is_shown_as_it_is() -> None:
    assert "Kvittering\n----------\nStatus: (kode 9)\n" in shown(status=Code("9"))


def test_a_receipt_without_a_status_still_tells_what_it_answers() -> None:
    assert "Gjelder melding\n    Meldings-id: 7\n" in shown(original=OriginalMessage(id="7"))


def test_a_code_in_the_place_of_its_list_is_found_there() -> None:
    swapped = Code("2.16.578.1.12.4.1.1.8221", "Behandler er suspendert", "X99")
    bare = Code("2.16.578.1.12.4.1.1.8221", "Ukjent")

    assert "X99       Behandler er suspendert" in shown(errors=(swapped,))
    assert "2.16.578.1.12.4.1.1.8221  Ukjent" in shown(errors=(bare,))


def test_a_column_that_no_error_fills_is_left_out() -> None:
    assert "Forklaring" not in shown(errors=(coded(8221, "E36", "Pasientopplysninger er utilstrekkelige"),))
