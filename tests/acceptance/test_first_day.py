"""The first day with the adapter: from an empty folder to a referral that is delivered, answered and backed up."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from running import with_chosen_schemas

Run = Callable[..., subprocess.CompletedProcess[str]]


def lines(ran: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return the objects that a listing in JSON printed."""
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture(scope="module")
def home(run_in: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that `init` made."""
    folder = tmp_path_factory.mktemp("first-day")
    assert run_in(folder, "init", "home").returncode == 0
    config = folder / "home" / "budstikke.toml"
    config.write_text(with_chosen_schemas(config.read_text("utf-8")), "utf-8")
    return folder / "home"


@pytest.fixture(scope="module")
def carried(run_in: Run, home: Path, fixtures: Path) -> Run:
    """Return what runs the command in that folder, after a referral has gone through."""
    referral = home / "var/referrer/to-adapter/referral.xml"
    ran = run_in(home, "build", fixtures / "specs" / "henvisning-1.1.toml", "--output", referral)
    assert ran.returncode == 0, ran.stderr
    # A file that was just written may still be in the making, so the adapter would leave it alone for a second.
    os.utime(referral, (0, 0))
    ran = run_in(home, "run", "--once")
    assert ran.returncode == 0, ran.stderr
    return partial(run_in, home)


def test_what_init_makes_is_whole(run_in: Run, home: Path) -> None:
    ran = run_in(home, "check")

    assert ran.returncode == 0, ran.stdout
    assert "FAILED" not in ran.stdout


@pytest.mark.usefixtures("carried")
def test_a_referral_lies_with_the_clinic_and_a_receipt_with_the_referrer(home: Path) -> None:
    (referral,) = (home / "var/clinic/from-adapter").glob("*.xml")
    (receipt,) = (home / "var/referrer/from-adapter").glob("*.xml")

    assert b"Arbeidsrettet mestringsopphold" in referral.read_bytes()
    assert b"<AppRec" in receipt.read_bytes()
    assert list((home / "var/referrer/to-adapter").iterdir()) == []


def test_what_happened_can_be_listed(carried: Run) -> None:
    messages = lines(carried("messages", "--json"))
    deliveries = lines(carried("deliveries", "--json"))

    assert [(row["direction"], row["kind"], row["state"]) for row in messages] == [
        ("out", "apprec", "delivered"),
        ("in", "henvisning", "delivered"),
    ]
    assert {(row["channel"], row["state"]) for row in deliveries} == {("clinic-epj", "sent"), ("referrer-epj", "sent")}
    assert lines(carried("threads", "--json"))[0]["messages"] == 2


def test_one_message_can_be_read(carried: Run) -> None:
    ran = carried("messages", "show", "1")

    assert ran.returncode == 0
    assert "Vakker" in ran.stdout


def test_no_list_names_the_patient(carried: Run) -> None:
    for verb in ("messages", "threads", "tasks", "deliveries"):
        ran = carried(verb)
        assert "Vakker" not in ran.stdout
        assert "14838400052" not in ran.stdout


def test_the_store_is_whole_and_can_be_copied(carried: Run, home: Path) -> None:
    assert carried("check").returncode == 0
    assert carried("backup", home / "copy.db").returncode == 0

    settings = (home / "budstikke.toml").read_text(encoding="utf-8").replace("var/budstikke.db", "copy.db")
    (home / "restored.toml").write_text(settings, encoding="utf-8")
    restored = lines(carried("messages", "--json", "--config", home / "restored.toml"))
    assert restored == lines(carried("messages", "--json"))
