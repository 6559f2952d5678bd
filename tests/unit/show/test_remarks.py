"""Findings beside what they are about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from showing import Found, elements, referral

from adapter import show
from adapter.message import (
    Code,
    Message,
)
from adapter.show.message import page


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/MsgHead/MsgInfo/Sender/Organisation", "Fra"),
        ("/Message/ServReq/ServProvider", "Til"),
        ("/MsgHead/MsgInfo/Patient", "Pasient"),
        ("/Message/ServReq/Patient", "Pasient"),
        ("/Message/ServReq/Patient/InfItem[3]/Type", "Henvisning"),
        ("/MsgHead/Document/RefDoc/Content/Henvisning/Diagnosis", "Henvisning"),
        ("/MsgHead/Document[2]/RefDoc", "Vedlegg"),
        ("/MsgHead/Document[2]/RefDoc/Content/Base64Container", "Vedlegg"),
        ("/MsgHead/MsgInfo/MsgId", "Om meldingen"),
        (None, "Om meldingen"),
    ],
)
def test_a_finding_stands_in_the_part_that_it_is_about(path: str | None, heading: str) -> None:
    message = replace(referral(description=Code("1", "Behandling")), msg_id="1")

    shown = show.text(message, [Found(partner_text="Noe mangler.", path=path)])

    assert f"\n{heading}\n{'-' * len(heading)}\n! Advarsel AMO-04: Noe mangler.\n" in shown
    assert shown.count("Noe mangler.") == 1


def test_a_part_that_is_not_there_is_named_where_a_finding_misses_it() -> None:
    assert "Pasient" not in show.text(referral(description=Code("1")))
    assert [block.title for block in page(Message(), [Found(path="/MsgHead/MsgInfo/Patient")]).blocks] == ["Pasient"]


def test_the_top_says_how_much_the_checks_found_and_how_heavy_it_is() -> None:
    one, two = show.text(Message(), [Found()]), show.text(Message(), [Found(severity="info"), Found(severity="reject")])

    assert "! Kontrollen har én merknad. Den står ved det den gjelder.\n" in one
    assert "! Kontrollen har 2 merknader. Alvorligst: avvises. De står ved det de gjelder.\n" in two


def test_findings_keep_their_order_and_a_text_for_operators_is_marked_as_english() -> None:
    found = [Found(), Found(rule="AMO-06", partner_text="Telefonnummer mangler.", severity="hold")]

    first, second = elements(referral(description=Code("1")), *found).xpath("//p[starts-with(@class, 'remark')]")

    assert (first.get("class"), second.get("class")) == ("remark warn", "remark stop")
    assert first.xpath("string(.//*[@lang='en'])") == "The sick leave is missing."
    assert second.xpath("string(.//*[@class='rule'])") == "AMO-06"
    assert not second.xpath(".//@lang")
