from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapter import resources
from adapter.config import load
from adapter.simulate.stage import CONFIG, MARK, NoStage, hurried, prepared, visible


def test_a_demo_gets_a_folder_with_everything_it_needs(tmp_path: Path) -> None:
    with prepared(tmp_path / "a" / "demo") as stage:
        assert [player.script.role for player in stage.players] == ["referrer", "clinic", "nav"]
        assert all(
            path.is_dir() for player in stage.players for path in (player.inbox, player.outbox, player.kept, stage.logs)
        )
        assert stage.settings.store_file().is_relative_to(stage.folder)
        assert {player.outbox for player in stage.players} < {channel.inbox for channel in stage.settings.channel}


def test_every_channel_of_the_example_is_made_quick_and_nothing_else_changes(tmp_path: Path) -> None:
    example = resources.example_config().read_text("utf-8")
    (tmp_path / "plain.toml").write_text(example, "utf-8")
    (tmp_path / "quick.toml").write_text(hurried(example), "utf-8")
    plain, quick = load(tmp_path / "plain.toml"), load(tmp_path / "quick.toml")

    waits = {"poll": "every 1s", "quiet": timedelta(), "patience": timedelta(seconds=1)}
    assert quick.channel == tuple(channel.model_copy(update=waits) for channel in plain.channel)
    assert quick.party == plain.party
    assert [route.schedule for route in quick.route] == ["at once", "at once", "every 2s"]


def test_an_earlier_demo_is_replaced_and_what_lies_beside_it_stays(tmp_path: Path) -> None:
    with prepared(tmp_path) as stage:
        (stage.players[0].kept / "old.xml").write_text("<old/>")
        (tmp_path / "notes.txt").write_text("mine")
    with prepared(tmp_path) as stage:
        assert visible(stage.players[0].kept) == []

    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_linked_to_from_an_earlier_demo_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("x")
    demo = tmp_path / "demo"
    demo.mkdir()
    (demo / MARK).touch()
    (demo / "var").symlink_to(elsewhere)
    with prepared(demo):
        pass

    assert (elsewhere / "precious").read_text() == "x"
    assert not (demo / "var").is_symlink()


def test_a_folder_with_other_things_in_it_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text("mine")

    with pytest.raises(NoStage, match="something else"), prepared(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [CONFIG]


def test_a_file_or_a_link_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)

    for name in ("file", "link"):
        with pytest.raises(NoStage, match="is no folder"), prepared(tmp_path / name):
            pass


def test_two_demos_cannot_play_in_one_folder(tmp_path: Path) -> None:
    with (
        prepared(tmp_path / "demo"),
        pytest.raises(NoStage, match="Another demo"),
        prepared(tmp_path / "demo"),
    ):
        pass


def test_hidden_files_and_folders_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / ".a.staged").touch()
    (tmp_path / "refused").mkdir()
    (tmp_path / "b.xml").touch()

    assert visible(tmp_path) == [tmp_path / "b.xml"]
