from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

Budstikke = Callable[..., Any]


def make_folders(config: Path) -> None:
    for name in ("gp/in", "gp/out", "clinic/in", "clinic/out"):
        (config.parent / "var" / name).mkdir(parents=True)


def test_a_whole_installation_is_well(budstikke: Budstikke, store: Path) -> None:
    make_folders(store)
    ran = budstikke("check")

    assert ran.exit_code == 0
    assert "FAILED" not in ran.out
    for name in (
        "configuration",
        "schemas",
        "channel gp-epj",
        "channel clinic-epj",
        "store",
        "event log",
        "deliveries",
    ):
        assert f"ok      {name}: " in ran.out


def test_an_installation_that_never_ran_is_well(budstikke: Budstikke, config: Path) -> None:
    make_folders(config)
    ran = budstikke("check")

    assert ran.exit_code == 0
    assert "none yet" in ran.out


def test_a_missing_folder_fails_and_the_rest_is_still_looked_at(budstikke: Budstikke, store: Path) -> None:
    make_folders(store)
    (store.parent / "var/clinic/out").rmdir()
    ran = budstikke("check", "--json")
    checks = [json.loads(line) for line in ran.out.splitlines()]

    assert ran.exit_code == 1
    assert [check["name"] for check in checks if not check["is_well"]] == ["channel clinic-epj"]
    assert "event log" in {check["name"] for check in checks}


def test_a_changed_event_log_fails(budstikke: Budstikke, store: Path) -> None:
    make_folders(store)
    with sqlite3.connect(store.parent / "var/budstikke.db") as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("""UPDATE event SET data = '{"by":"nobody"}' WHERE seq = 2""")
    ran = budstikke("check")

    assert ran.exit_code == 1
    assert "event 2 does not fit" in ran.out


def test_a_damaged_store_fails(budstikke: Budstikke, store: Path) -> None:
    make_folders(store)
    (store.parent / "var/budstikke.db").write_bytes(b"no database at all, just some bytes" * 200)
    ran = budstikke("check")

    assert ran.exit_code == 1
    assert "FAILED  store" in ran.out


def test_schemas_that_do_not_compile_fail(budstikke: Budstikke, config: Path) -> None:
    make_folders(config)
    (config.parent / "xsd").mkdir()
    config.write_text(config.read_text() + '\n[schemas]\ndirectory = "xsd"\n')
    ran = budstikke("check")

    assert ran.exit_code == 1
    assert "FAILED  schemas" in ran.out
