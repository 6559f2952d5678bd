from __future__ import annotations

from pathlib import Path

from adapter.files import messages_below, nothing_below


def test_the_xml_files_of_a_folder_are_found_at_any_depth_in_order(tmp_path: Path) -> None:
    (tmp_path / "b" / "folder.xml").mkdir(parents=True)
    for name in ("c.xml", "a.XML", "b/d.xml", "b/e.txt"):
        (tmp_path / name).write_bytes(b"<a/>")

    assert messages_below(tmp_path) == [tmp_path / "a.XML", tmp_path / "b/d.xml", tmp_path / "c.xml"]


def test_folders_without_messages_are_told_with_what_was_looked_for_and_what_to_do() -> None:
    assert nothing_below([Path("in"), Path("old")]) == (
        "no *.xml in in, old: of a folder, files with that ending are read, at any depth; "
        "name files with other endings one by one"
    )
