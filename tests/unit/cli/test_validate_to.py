"""`validate --to`: by the profiles of the receiver, and for NAV with NAV's own answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter import resources

Budstikke = Callable[..., Any]
MESSAGES = resources.fixtures() / "messages"
EXAMPLE = resources.example_config()


def _to_nav(name: str) -> Path:
    return MESSAGES / f"dialogmelding-1.0-nav-{name}.xml"


def test_navs_rejection_is_told_in_navs_words(budstikke: Budstikke) -> None:
    ran = budstikke("validate", "--as", "outbound", "--to", "nav", _to_nav("flere-feil"))

    assert ran.exit_code == 1
    assert "  NAVT-05 block" in ran.out
    told = ran.out.splitlines()
    start = told.index("  NAV would answer AppRec 1.0 with status 2 (Avvist):")
    assert told[start + 1] == "    X99 Pasientens fødselsnummer/D-nummer er ikke gyldig"
    assert told[start + 2] == "    X99 Avsenders fødselsnummer/D-nummer er ikke gyldig"


def test_what_nav_never_answers_and_what_it_loses_is_told(budstikke: Budstikke) -> None:
    silent = budstikke("validate", "--as", "outbound", "--to", "nav", _to_nav("feil-type"))
    lost = budstikke("validate", "--as", "outbound", "--to", "nav", _to_nav("vedlegg-ikke-pdf"))

    assert "  NAV would never answer: " in silent.out
    assert "  NAV would answer AppRec 1.0 with status 1 (OK)" in lost.out
    assert "and say nothing of this: NAV drops the attachment" in lost.out


def test_a_right_message_may_go(budstikke: Budstikke) -> None:
    ran = budstikke("validate", "--as", "outbound", "--to", "nav", _to_nav("signert"))

    assert ran.exit_code == 0
    assert "status 1 (OK)" in ran.out


def test_nothing_is_predicted_of_receipts(budstikke: Budstikke) -> None:
    ran = budstikke("validate", "--to", "nav", MESSAGES / "apprec-1.1-positiv.xml")

    assert "NAV reads this kind of message by rules that are not known here." in ran.out


def test_json_has_one_more_key(budstikke: Budstikke) -> None:
    told = json.loads(budstikke("validate", "--json", "--as", "outbound", "--to", "nav", _to_nav("uten-tekst")).out)
    receipt = json.loads(budstikke("validate", "--json", "--to", "nav", MESSAGES / "apprec-1.1-positiv.xml").out)
    plain = json.loads(budstikke("validate", "--json", _to_nav("uten-tekst")).out)

    assert told["nav"]["receipt"] == "negative"
    assert [error["dn"] for error in told["nav"]["errors"]] == [
        "Dialogmeldingen er ikke gyldig: meldingstekst mangler."
    ]
    assert receipt["nav"] is None
    assert told.keys() - plain.keys() == {"nav"}


def test_a_file_nobody_can_read_is_never_answered(budstikke: Budstikke, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<MsgHead>")

    assert "NAV would never answer" in budstikke("validate", "--as", "outbound", "--to", "nav", broken).out


@pytest.mark.parametrize("party", ["nav", "clinic"])
def test_any_party_of_the_configuration_can_receive(budstikke: Budstikke, party: str) -> None:
    message = {"nav": _to_nav("uten-tekst"), "clinic": MESSAGES / "henvisning-1.1-uten-telefon.xml"}[party]
    ran = budstikke("validate", "--as", "outbound", "--to", party, "--config", EXAMPLE, message)

    assert ran.exit_code == 1
    assert {"nav": "NAVT-04 block", "clinic": "AMO-06 block"}[party] in ran.out
    assert ("NAV would answer" in ran.out) is (party == "nav")


def test_a_party_that_does_not_exist_is_told_with_those_that_do(budstikke: Budstikke) -> None:
    ran = budstikke("validate", "--to", "nobody", "--config", EXAMPLE, _to_nav("uten-tekst"))

    assert ran.exit_code not in {0, 1}
    assert "no party 'nobody'" in ran.err
    assert "clinic" in ran.err


def test_the_profile_alone_says_nothing_of_navs_answer(budstikke: Budstikke) -> None:
    ran = budstikke("validate", "--as", "outbound", "--profile", "navt", _to_nav("uten-tekst"))

    assert "NAVT-04 block" in ran.out
    assert "NAV would" not in ran.out


def test_a_copy_in_navs_own_wrapper_says_by_which_process_it_came_and_who_signed(
    budstikke: Budstikke, tmp_path: Path
) -> None:
    wrapped = (MESSAGES / "dialogmelding-1.0-fellesformat.xml").read_text("utf-8")
    meeting = tmp_path / "meeting.xml"
    meeting.write_text(
        wrapped.replace('ebAction="Henvendelse"', 'ebAction="MoteRespons"').replace(
            'ebService="HenvendelseFraLege"', 'ebService="DialogmoteInnkalling"'
        ),
        "utf-8",
    )
    signed = tmp_path / "signed.xml"
    signed.write_text(wrapped.replace("ebAction=", 'avsenderFnrFraDigSignatur="14838400052" ebAction='), "utf-8")
    told = [
        budstikke("validate", "--to", "nav", path).out
        for path in (MESSAGES / "dialogmelding-1.0-fellesformat.xml", meeting, signed)
    ]

    assert "status 1 (OK)" in told[0]
    assert "meldingstypen stemmer ikke med innholdet" in told[1]
    assert "Avsender fnr er det samme som pasient fnr" in told[2]


def test_a_wrapper_without_navs_note_is_judged_by_its_content(budstikke: Budstikke, tmp_path: Path) -> None:
    wrapped = (MESSAGES / "dialogmelding-1.0-fellesformat.xml").read_text("utf-8")
    bare = tmp_path / "bare.xml"
    bare.write_text(wrapped[: wrapped.index("<MottakenhetBlokk")] + "</EI_fellesformat>", "utf-8")
    empty = tmp_path / "empty.xml"
    empty.write_text(wrapped[: wrapped.index("<MottakenhetBlokk")] + "<MottakenhetBlokk/></EI_fellesformat>", "utf-8")

    for path in (bare, empty):
        assert "status 1 (OK)" in budstikke("validate", "--to", "nav", path).out


def test_navs_note_in_something_else_is_not_asked(budstikke: Budstikke, tmp_path: Path) -> None:
    other, broken = tmp_path / "other.xml", tmp_path / "broken.xml"
    other.write_text("<MottakenhetBlokk/>", "utf-8")
    broken.write_text("<MottakenhetBlokk>", "utf-8")

    for path in (other, broken):
        assert "NAV would never answer" in budstikke("validate", "--to", "nav", path).out
