from __future__ import annotations

from pathlib import Path

from adapter.files import messages_below


def test_the_xml_files_of_a_folder_are_found_at_any_depth_in_order(tmp_path: Path) -> None:
    (tmp_path / "b" / "folder.xml").mkdir(parents=True)
    for name in ("c.xml", "a.XML", "b/d.xml", "b/e.txt"):
        (tmp_path / name).write_bytes(b"<a/>")

    assert messages_below(tmp_path) == [tmp_path / "a.XML", tmp_path / "b/d.xml", tmp_path / "c.xml"]
