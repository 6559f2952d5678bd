"""`budstikke partner`: agreements come in, and what is known of parties is listed, shown, checked and looked up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agreements import OURS, SHA1, agreement, profile
from ports import free_ports

from adapter.simulate.address_register import SimulatedAddressRegister

Budstikke = Callable[..., Any]


@pytest.fixture
def cpa(folder: Path) -> Path:
    """Return an agreement of the clinic with NAV."""
    path = folder / "cpa.xml"
    path.write_bytes(agreement())
    return path


@pytest.fixture
def with_folder(config: Path) -> Path:
    """Return a configuration that has a folder of snapshots, which does not exist yet."""
    config.write_text(config.read_text("utf-8") + '\n[partners]\nfolder = "partners"\n', "utf-8")
    return config


@pytest.fixture
def imported(budstikke: Budstikke, with_folder: Path, cpa: Path) -> Path:
    """Return a configuration with the agreement imported."""
    assert budstikke("partner", "import", cpa).exit_code == 0
    return with_folder


def asking(config: Path, url: str) -> None:
    """Have the configuration ask a register."""
    config.write_text(config.read_text("utf-8") + f'\n[addresses]\nurl = "{url}"\n', "utf-8")


def test_an_agreement_is_shown_and_kept_for_each_party(budstikke: Budstikke, with_folder: Path, cpa: Path) -> None:
    ran = budstikke("partner", "import", cpa)

    assert ran.exit_code == 0
    assert sorted(path.name for path in (with_folder.parent / "partners").iterdir()) == [
        "79768-nav-test-1.json",
        "8990101-nav-test-1.json",
    ]
    for said in (
        "NAV TEST (79768)",
        "edi@example.org",
        "4 more times, every 12:00:00",
        "HenvendelseFraLege / Henvendelse",
    ):
        assert said in ran.out


def test_what_was_wrong_with_the_file_is_said(budstikke: Budstikke, folder: Path, cpa: Path) -> None:
    cpa.write_bytes(agreement(ours={"certificate": "AAAA"}))
    ran = budstikke("partner", "import", cpa, "--folder", folder / "here")

    assert 'note: the certificate "Partner_sign" cannot be read' in ran.out
    assert len(list((folder / "here").iterdir())) == 2


def test_a_dry_run_writes_nothing_and_needs_no_configuration(budstikke: Budstikke, folder: Path, cpa: Path) -> None:
    ran = budstikke("partner", "import", "--dry-run", "--json", cpa)

    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [(one["file"], one["snapshot"]["her_ids"]) for one in found] == [(None, ["8990101"]), (None, ["79768"])]
    assert [path.name for path in folder.iterdir()] == ["cpa.xml"]


def test_a_second_import_keeps_what_people_wrote(budstikke: Budstikke, imported: Path, cpa: Path) -> None:
    file = imported.parent / "partners" / "79768-nav-test-1.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"sha1_until": "2099-12-31"}))
    cpa.write_bytes(agreement(end="2030-01-01T00:00:00Z"))

    assert budstikke("partner", "import", cpa).exit_code == 0
    found = json.loads(file.read_text())
    assert (found["sha1_until"], found["valid_until"]) == ("2099-12-31", "2030-01-01T00:00:00+00:00")


def test_one_bad_file_lets_none_in(budstikke: Budstikke, with_folder: Path, cpa: Path) -> None:
    bad = cpa.with_name("bad.xml")
    bad.write_text("<a/>")
    ran = budstikke("partner", "import", cpa, bad)

    assert (ran.exit_code, "PART-01" in ran.err) == (3, True)
    assert not (with_folder.parent / "partners").exists()


def test_it_is_said_where_nothing_tells_where_to_keep_it(budstikke: Budstikke, folder: Path, cpa: Path) -> None:
    ran = budstikke("partner", "import", cpa)
    assert (ran.exit_code, "Nothing says where to keep it" in ran.err) == (2, True)

    (folder / "budstikke.toml").write_text("", "utf-8")
    assert budstikke("partner", "import", cpa).exit_code == 2


def test_a_configuration_without_a_folder_is_told_how(budstikke: Budstikke, config: Path, cpa: Path) -> None:
    ran = budstikke("partner", "import", cpa, "--config", config)

    assert (ran.exit_code, 'folder = "partners"' in ran.err) == (2, True)


@pytest.mark.usefixtures("imported")
def test_the_parties_are_listed_with_what_holds(budstikke: Budstikke) -> None:
    rows = [json.loads(line) for line in budstikke("partner", "list", "--json").out.splitlines()]
    assert [(row["id"], row["agreements"]) for row in rows] == [("gp", []), ("clinic", ["nav:test:1"])]
    assert rows[1]["certificates_end"].startswith("2028-01-01")

    table = budstikke("partner", "list").out.splitlines()
    assert table[2].split() == ["clinic", "clinic", "8990101", "clinic-epj", "nav:test:1", "2028-01-01", "01:00:00"]


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("name", ["clinic", "8990101"])
def test_a_party_is_shown_by_its_name_or_its_address(budstikke: Budstikke, name: str) -> None:
    ran = budstikke("partner", "show", name)

    assert ran.exit_code == 0
    for said in ("nav:test:1 (from cpa.xml", "With          79768", "8990101  could not ask, it was never asked"):
        assert said in ran.out
    assert json.loads(budstikke("partner", "show", name, "--json").out)["snapshots"][0]["agreement"] == "nav:test:1"


def test_the_last_days_of_exceptions_are_shown(budstikke: Budstikke, imported: Path) -> None:
    file = imported.parent / "partners" / "8990101-nav-test-1.json"
    days = {"sha1_until": "2099-12-31", "triple_des_until": "2099-11-30"}
    file.write_text(json.dumps(json.loads(file.read_text()) | days))

    said = [" ".join(line.split()) for line in budstikke("partner", "show", "clinic").out.splitlines()]
    # of the party, and of the snapshot that it comes from
    assert (said.count("SHA-1 until 2099-12-31"), said.count("3DES until 2099-11-30")) == (2, 2)


@pytest.mark.usefixtures("imported")
def test_who_is_no_party_is_not_shown(budstikke: Budstikke) -> None:
    assert budstikke("partner", "show", "nav").exit_code == 3


@pytest.mark.usefixtures("imported")
def test_nothing_speaks_against_what_holds(budstikke: Budstikke) -> None:
    ran = budstikke("partner", "check")
    assert (ran.exit_code, ran.out.startswith("Nothing speaks against")) == (0, True)
    assert budstikke("partner", "check", "--json").out == ""


@pytest.mark.usefixtures("imported")
def test_what_speaks_against_a_party_is_a_fault_or_a_note(budstikke: Budstikke, cpa: Path) -> None:
    cpa.write_bytes(agreement(ours={"signature": SHA1}))
    assert budstikke("partner", "import", cpa).exit_code == 0

    ran = budstikke("partner", "check")
    assert (ran.exit_code, "clinic fault: Its agreement has it sign with SHA-1" in ran.out) == (1, True)
    assert json.loads(budstikke("partner", "check", "--json").out)["is_fault"] is True


def test_a_broken_snapshot_is_a_mistake_of_the_configuration(budstikke: Budstikke, imported: Path) -> None:
    (imported.parent / "partners" / "x.json").write_text("{")
    ran = budstikke("partner", "check")

    assert (ran.exit_code, "PART-02" in ran.err, "x.json" in ran.err) == (2, True, True)


def test_an_address_is_looked_up_kept_and_told_with_its_age(budstikke: Budstikke, imported: Path) -> None:
    with SimulatedAddressRegister(imported.parent / "partners") as server:
        asking(imported, server.url)
        there, nobody = budstikke("partner", "lookup", "79768"), budstikke("partner", "lookup", "1")
    later, offline = budstikke("partner", "lookup", "79768"), budstikke("partner", "lookup", "79768", "--offline")
    unknown = budstikke("partner", "lookup", "2", "--json")

    assert (there.exit_code, "Answer        listed" in there.out, "NAV TEST" in there.out) == (0, True, True)
    assert nobody.exit_code == 1
    assert (later.exit_code, "Not asked now  Connection refused" in later.out, "Age" in later.out) == (0, True, True)
    assert (offline.exit_code, "Not asked now" in offline.out) == (0, False)
    assert (unknown.exit_code, json.loads(unknown.out)["presence"]) == (3, "could not ask")
    assert budstikke("partner", "lookup", "abc").exit_code == 2


def test_what_the_register_says_of_a_party_is_kept_with_its_certificates(budstikke: Budstikke, imported: Path) -> None:
    with SimulatedAddressRegister(imported.parent / "partners") as server:
        asking(imported, server.url)
        ran, nobody = budstikke("partner", "refresh", "8990101"), budstikke("partner", "refresh", "79768", "1")
    silent = budstikke("partner", "refresh", "8990101")

    assert (ran.exit_code, nobody.exit_code, silent.exit_code) == (0, 3, 3)
    assert "no party with the HER-id 1" in nobody.err
    names = {path.name for path in (imported.parent / "partners").iterdir()}
    assert "8990101.json" in names
    assert "79768.json" not in names  # all or nothing
    assert "Without an agreement" in budstikke("partner", "show", "clinic").out


def test_a_profile_is_imported_like_an_agreement(budstikke: Budstikke, with_folder: Path, cpa: Path) -> None:
    cpa.write_bytes(profile(**OURS))
    assert budstikke("partner", "import", cpa).exit_code == 0

    assert (with_folder.parent / "partners" / "8990101.json").is_file()


def test_the_register_is_simulated_until_it_is_told_to_stop(imported: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "adapter.cli", "partner", "simulate", "partners", "--port", str(port)]
    with subprocess.Popen(command, cwd=imported.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/communicationparty/79768", timeout=60) as answer:
            assert json.load(answer)["herId"] == 79768
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
