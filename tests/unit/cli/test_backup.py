from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapter.store import Store

Budstikke = Callable[..., Any]


def test_a_backup_is_a_whole_store(budstikke: Budstikke, store: Path) -> None:
    target = store.parent / "copy.db"
    ran = budstikke("backup", target)

    assert ran.exit_code == 0
    with Store.open(f"sqlite:///{target}") as copy, copy.reading() as query:
        assert len(query.messages()) == 3
        assert query.verify_chain().ok


def test_a_backup_overwrites_nothing(budstikke: Budstikke, store: Path) -> None:
    target = store.parent / "copy.db"
    target.write_bytes(b"precious")
    ran = budstikke("backup", target)

    assert ran.exit_code == 2
    assert target.read_bytes() == b"precious"


def test_a_backup_into_a_folder_that_is_not_there_could_not_be_done(budstikke: Budstikke, store: Path) -> None:
    ran = budstikke("backup", store.parent / "nowhere" / "copy.db")

    assert ran.exit_code == 3
    assert "Traceback" not in ran.err
