from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.replay.prospect import Prospect, anew, once_more
from adapter.replay.sandbox import FolderInUse, copies, write
from adapter.service.parts import Parts
from adapter.store import MessageRow
from adapter.wire import read

Carry = Callable[..., None]
Rows = Callable[..., list[MessageRow]]


def written(parts: Parts, prospect: Prospect, folder: Path) -> dict[str, bytes]:
    with parts.store.reading() as query:
        number = write(folder, copies(query, prospect))
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(found) == number
    return found


def test_files_that_would_go_again_are_written_as_they_were_sent(
    parts: Parts, carry: Carry, rows: Rows, tmp_path: Path
) -> None:
    carry("henvisning-1.1-komplett.xml")

    found = written(parts, once_more(parts, rows()), tmp_path / "box")

    (path,) = parts.settings.channel[1].outbox.iterdir()
    assert found == {f"clinic-epj/{path.stem}-again1.xml": path.read_bytes()}


def test_new_messages_are_written_with_the_receipts_that_they_lead_to(
    parts: Parts, carry: Carry, rows: Rows, tmp_path: Path
) -> None:
    carry("henvisning-1.1-komplett.xml", "henvisning-1.1-feil-dato.xml")

    found = written(parts, anew(parts, rows(), rows()[0].received_at), tmp_path / "box")

    assert sorted((name.partition("/")[0], name.rpartition("_")[2]) for name in found) == [
        ("clinic-epj", "1.xml"),
        ("referrer-epj", "1-1.xml"),
        ("referrer-epj", "3-1.xml"),
    ]
    (referral,) = (read(data) for name, data in found.items() if name.startswith("clinic"))
    assert referral.msg_id not in {row.msg_id for row in rows()}
    answered = {read(data).receipt.original.id for name, data in found.items() if name.startswith("referrer")}
    assert referral.msg_id in answered


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()

    with pytest.raises(FolderInUse, match="is not empty"):
        write(tmp_path, [])
