from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from adapter import resources
from adapter.message.state import MessageState
from adapter.store import DecidedMessage, NewMessage, Store

Budstikke = Callable[..., Any]
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
MORNING = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)


@pytest.fixture
def conversation(store: Path) -> Path:
    """Add a referral and the status it was answered with: messages 4 and 5 are thread 4."""
    messages = resources.fixtures() / "messages"
    names = ("henvisning-1.1-uten-telefon.xml", "dialogmelding-1.1-status-4.xml")
    found = {"rule": "AMO-06", "severity": "warn", "text": "No phone.", "path": "/Message/ServReq/Patient"}
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        referral, status = ledger.receive(
            [NewMessage(channel="gp-epj", source=name, data=(messages / name).read_bytes()) for name in names], at=NOON
        )
        ledger.decide(
            [
                DecidedMessage(
                    id=referral,
                    state=MessageState.DELIVERED,
                    findings=({**found, "partner_text": "Pasientens telefonnummer mangler."},),
                    type="HENVISNING",
                    sender_party="gp",
                    receiver_party="clinic",
                    generated_at=MORNING,
                    thread=referral,
                ),
                DecidedMessage(
                    id=status,
                    state=MessageState.HELD,
                    findings=(found,),
                    type="DIALOG_STATUS_HENVISNING",
                    topic="9148/4",
                    sender_party="clinic",
                    receiver_her="8990201",
                    thread=referral,
                ),
            ],
            at=NOON,
        )
    return store


@pytest.mark.parametrize("form", [(), ("--html",)])
def test_a_message_of_the_store_is_shown_with_what_its_standard_has_no_place_for(
    budstikke: Budstikke, store: Path, form: tuple[str, ...]
) -> None:
    known = (resources.fixtures() / "messages" / "henvisning-1.1-komplett.xml").read_bytes()
    data = known.replace(b"</Patient>", b"<Funn>CAVE penicillin</Funn></Patient>", 1)
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        (number,) = ledger.receive([NewMessage(channel="gp-epj", source="odd.xml", data=data)], at=NOON)
    shown = budstikke("messages", "show", number, *form, "--config", store)

    assert shown.exit_code == 0
    assert "CAVE penicillin" in shown.out


def test_a_letter_ends_with_the_conversation_in_words(budstikke: Budstikke, conversation: Path) -> None:
    page = html.fromstring(budstikke("messages", "show", 4, "--html", "--config", conversation).out)

    rows = [[cell.text for cell in row] for row in page.xpath("//section[h2='Samtalen']//tbody/tr")]
    assert rows[0] == ["09.03.2026 kl. 08.30", "Henvisning (denne meldingen)", "Legekontoret", "Klinikken", "Levert"]
    assert rows[1][1:] == [
        "Status på henvisning: Henvisningen er avvist",
        *("Klinikken", "HER-id 8990201", "Holdt, venter på en avgjørelse"),
    ]


def test_a_letter_tells_what_was_found_when_it_came(budstikke: Budstikke, conversation: Path) -> None:
    referral = html.fromstring(budstikke("messages", "show", 4, "--html", "--config", conversation).out)
    status = html.fromstring(budstikke("messages", "show", 5, "--html", "--config", conversation).out)

    (remark,) = referral.xpath("//section[h2='Pasient']/p[@class='remark warn']")
    assert "Pasientens telefonnummer mangler." in remark.text_content()
    assert status.xpath("//p[@class='remark warn']/span[@lang='en']/text()") == ["No phone."]


def test_a_letter_of_something_unknown_alone_in_the_world_is_still_one(budstikke: Budstikke, store: Path) -> None:
    page = html.fromstring(budstikke("messages", "show", 2, "--html", "--config", store).out)

    assert page.findtext(".//h1") == "Ukjent melding"
    assert not page.xpath("//h2[.='Samtalen']")


def test_a_letter_without_content_is_refused(budstikke: Budstikke, store: Path) -> None:
    budstikke("messages", "purge", 1, "--reason", "wrong patient", "--config", store)
    ran = budstikke("messages", "show", 1, "--html", "--config", store)

    assert ran.exit_code != 0
    assert "The content of message 1 is not kept." in ran.err


def test_one_form_is_shown_at_a_time(budstikke: Budstikke, store: Path) -> None:
    assert budstikke("messages", "show", 1, "--html", "--raw", "--config", store).exit_code == 2
