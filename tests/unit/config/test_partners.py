"""What a party says in the configuration wins over its snapshots; what it leaves out they fill in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapter.config import Settings, build, check, load
from adapter.config.move import moved
from adapter.errors import SnapshotUnreadable
from adapter.partner.register import Partner
from adapter.partner.snapshot import Snapshot
from adapter.partner.snapshot_file import save

CONFIG = """
[adapter]
name = "Test"
environment = "test"

[partners]
folder = "partners"

[[party]]
id = "friskliv"
role = "frisklivssentral"
name = "Frisklivssentralen"
her_ids = ["8990301"]
channel = "epj"
{more}

[[channel]]
id = "epj"
type = "folder"
inbox = "in"
outbox = "out"

{tables}
"""
SNAPSHOT = Snapshot(
    name="Friskliv",
    her_ids=("8990301",),
    parent_her_id="8990300",
    organisation_number="999888777",
    service_type="KX04",
    municipality="5501",
    taken_at=datetime(2026, 3, 2, tzinfo=UTC),
    sha1_until=date(2026, 12, 31),
    triple_des_until=date(2026, 11, 30),
    tolerance=(),
)


def settings(tmp_path: Path, *, more: str = "", tables: str = "") -> Settings:
    path = tmp_path / "budstikke.toml"
    path.write_text(CONFIG.format(more=more, tables=tables), "utf-8")
    return load(path)


def friskliv(tmp_path: Path, more: str = "") -> Partner:
    (found,) = build.register(settings(tmp_path, more=more))
    return found


def test_a_snapshot_fills_in_what_the_configuration_leaves_out(tmp_path: Path) -> None:
    save(SNAPSHOT, tmp_path / "partners")
    found = friskliv(tmp_path)

    assert found.name == "Frisklivssentralen"
    assert (found.parent_her_id, found.organisation_number) == ("8990300", "999888777")
    assert (found.service_type, found.municipality) == ("KX04", "5501")
    assert (found.sha1_until, found.tolerance) == (date(2026, 12, 31), frozenset())
    assert found.triple_des_until == date(2026, 11, 30)
    assert found.snapshots == (SNAPSHOT,)


def test_the_configuration_wins_also_where_it_says_the_default(tmp_path: Path) -> None:
    save(SNAPSHOT, tmp_path / "partners")
    own = 'tolerance = ["*"]\nservice_type = ""\nmunicipality = "0301"\ntriple_des_until = 2026-03-02'
    found = friskliv(tmp_path, own)

    assert found.triple_des_until == date(2026, 3, 2)
    assert (found.tolerance, found.service_type, found.municipality) == (frozenset({"*"}), "", "0301")


def test_the_newest_snapshot_that_says_something_counts(tmp_path: Path) -> None:
    save(SNAPSHOT, tmp_path / "partners")
    later = replace(SNAPSHOT, agreement="nav:1", service_type=None, municipality="5601")
    save(replace(later, taken_at=SNAPSHOT.taken_at + timedelta(days=1)), tmp_path / "partners")
    found = friskliv(tmp_path)

    assert (found.municipality, found.service_type) == ("5601", "KX04")


def test_snapshots_of_others_say_nothing(tmp_path: Path) -> None:
    save(replace(SNAPSHOT, her_ids=("8990302",)), tmp_path / "partners")
    found = friskliv(tmp_path)

    assert (found.service_type, found.snapshots, found.tolerance) == ("", (), frozenset({"*"}))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotUnreadable, match=r"The folder of \[partners\]"):
        friskliv(tmp_path)


@pytest.mark.parametrize("url", ["http://register.example", "register.example"])
def test_the_register_is_asked_over_tls_or_on_this_machine(tmp_path: Path, url: str) -> None:
    path = tmp_path / "budstikke.toml"
    path.write_text(CONFIG.format(more="", tables=f'[addresses]\nurl = "{url}"'), "utf-8")

    assert [problem.path for problem in check(path)] == ["addresses.url"]


def test_an_isolated_run_asks_nobody_and_keeps_its_answers_apart(tmp_path: Path) -> None:
    found = settings(tmp_path, tables='[addresses]\nurl = "https://register.example"')

    assert build.address_register(found).is_configured
    assert found.addresses.cache == tmp_path / "var" / "address-register"
    apart = moved(found, tmp_path / "apart")
    assert not build.address_register(apart).is_configured
    assert apart.addresses.cache == tmp_path / "apart" / "address-register"


def test_an_agreement_of_the_organisation_above_holds_and_fills_in_nothing(tmp_path: Path) -> None:
    """NAV's agreements name organisations (level 1)."""
    above = replace(SNAPSHOT, her_ids=("8990300",), agreement="nav:1", parent_her_id=None)
    save(above, tmp_path / "partners")
    found = friskliv(tmp_path, 'parent_her_id = "8990300"')

    assert found.snapshots == (above,)
    assert (found.service_type, found.municipality) == ("", None)
