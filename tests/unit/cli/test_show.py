from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Budstikke = Callable[..., Any]


@pytest.fixture
def message(budstikke: Budstikke, specs: Path, folder: Path) -> Path:
    """Return a dialogue message."""
    path = folder / "message.xml"
    budstikke("build", specs / "dialogmelding-1.1-status.toml", "-o", path)
    return path


def test_a_message_is_shown_as_text(budstikke: Budstikke, message: Path) -> None:
    ran = budstikke("show", message)

    assert ran.exit_code == 0
    assert "Vakker Blomst" in ran.out


def test_a_message_is_shown_as_a_page(budstikke: Budstikke, message: Path, folder: Path) -> None:
    page = folder / "page.html"

    assert budstikke("show", message, "--html", "--output", page).exit_code == 0
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_what_json_shows_builds_the_same_message(budstikke: Budstikke, message: Path, folder: Path) -> None:
    spec = folder / "spec.json"
    spec.write_text(budstikke("show", "--json", message).out, encoding="utf-8")
    again = folder / "again.xml"
    budstikke("build", spec, "-o", again)

    assert json.loads(budstikke("show", "--json", again).out) == json.loads(spec.read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", [(), ("--html",), ("--json",), ("--check",)])
def test_what_a_standard_has_no_place_for_is_shown_all_the_same(
    budstikke: Budstikke, specs: Path, folder: Path, form: tuple[str, ...]
) -> None:
    known = specs.parent / "messages" / "henvisning-1.1-komplett.xml"
    odd = folder / "odd.xml"
    odd.write_bytes(known.read_bytes().replace(b"</Patient>", b"<Funn>CAVE penicillin</Funn></Patient>", 1))
    shown = budstikke("show", *form, odd)

    assert shown.exit_code == 0
    assert "CAVE penicillin" in shown.out
    assert "CAVE" not in budstikke("show", *form, known).out


def test_two_forms_at_once_are_a_mistake(budstikke: Budstikke, message: Path) -> None:
    assert budstikke("show", "--html", "--json", message).exit_code == 2


def test_a_file_that_is_no_message_is_told_in_a_sentence(budstikke: Budstikke, folder: Path) -> None:
    path = folder / "note.xml"
    path.write_text("Hei")
    ran = budstikke("show", path)

    assert ran.exit_code == 1
    assert ran.err.startswith("FORM-01: ")


def test_what_the_checks_find_is_told_by_what_it_is_about(budstikke: Budstikke, specs: Path) -> None:
    referral = specs.parent / "messages" / "henvisning-1.1-uten-telefon.xml"
    shown = budstikke("show", "--check", "--profile", "amo", referral).out

    assert "Pasient\n-------\n! Advarsel AMO-06: Pasientens telefonnummer mangler.\n" in shown
    assert "AMO-06" not in budstikke("show", "--check", referral).out
    assert "AMO-06" in budstikke("show", "--check", "--profile", "amo", "--html", referral).out


@pytest.mark.parametrize("options", [("--check", "--json"), ("--profile", "amo")])
def test_checks_go_with_what_people_read_and_profiles_with_checks(
    budstikke: Budstikke, message: Path, options: tuple[str, ...]
) -> None:
    assert budstikke("show", *options, message).exit_code == 2
