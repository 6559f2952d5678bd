"""The folder that a demo plays in: made anew each time, and nothing else is ever touched."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from adapter import resources
from adapter.config import Settings, load
from adapter.errors import BudstikkeError
from adapter.simulate.script import Script, load_script
from adapter.values import value_class

#: Marks a folder as the work of a demo, and is locked while one plays in it.
MARK = ".budstikke-demo"
#: Who plays in a demo.
PLAYERS = ("referrer", "clinic", "nav")
CONFIG = "budstikke.toml"
LOGS = "log"
_MADE = (CONFIG, LOGS, "var")

#: The example's folders are looked into every ten seconds, for half-written files too: a demo has no time for that.
_HASTE = ('poll = "every 1s"', 'quiet = "0s"', 'patience = "1s"')
_SLOW = ("poll =", "quiet =", "patience =")


class NoStage(BudstikkeError):
    """The demo cannot play in that folder."""

    code = "SIM-02"
    hint = "Name another folder with --keep."


@value_class
class Player:
    """A simulated party and its folders."""

    #: The party's id in the configuration.
    party: str
    #: The script, and the file it stands in.
    script: Script
    path: Path
    #: Where the adapter delivers to it.
    inbox: Path
    #: Where it leaves messages for the adapter.
    outbox: Path
    #: Where it keeps what it has read.
    kept: Path


@value_class
class Stage:
    """The folder of a demo, ready to play in."""

    folder: Path
    config: Path
    logs: Path
    settings: Settings
    players: tuple[Player, ...]


@contextmanager
def prepared(folder: Path) -> Iterator[Stage]:
    """Make a folder ready for one adapter between all parties.

    Raises:
        NoStage: it holds something else than an earlier demo, or one plays in it now.
    """
    with cleared(folder, _MADE):
        yield _set_up(folder)


@contextmanager
def cleared(folder: Path, made: Iterable[str]) -> Iterator[None]:
    """Clear a folder of what an earlier demo made in it. Nobody else can play in it meanwhile.

    Raises:
        NoStage: it holds something else than an earlier demo, or one plays in it now.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise NoStage(f"{folder} is no folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise NoStage(f"{folder} holds something else than an earlier demo.")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / MARK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoStage(f"Another demo plays in {folder} now.") from None
        _clear(folder, made)
        yield


def hurried(example: str) -> str:
    """Return the example configuration with short waits: folders are looked into every second."""
    lines = ["# Written by `budstikke demo` from config.example.toml, with short waits.", ""]
    for line in example.splitlines():
        if line.startswith(_SLOW):
            continue
        lines.append(line.replace('schedule = "every 30s"', 'schedule = "every 2s"'))
        if line.startswith("outbox ="):
            lines += _HASTE
    return "\n".join(lines) + "\n"


def _clear(folder: Path, made: Iterable[str]) -> None:
    """Remove what demos make, by name; what people put beside it stays."""
    for name in made:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _set_up(folder: Path) -> Stage:
    config = folder / CONFIG
    config.write_text(hurried(resources.example_config().read_text("utf-8")), "utf-8")
    settings = load(config)
    logs = folder / LOGS
    logs.mkdir()
    players = players_of(settings, {role: role for role in PLAYERS})
    return Stage(folder=folder, config=config, logs=logs, settings=settings, players=players)


def players_of(settings: Settings, scripts: Mapping[str, str]) -> tuple[Player, ...]:
    """Make the folders of the parties whose roles have a script, and return who plays there."""
    channels = {channel.id: channel for channel in settings.folders()}
    players = []
    for party in settings.party:
        if party.role not in scripts:
            continue
        channel = channels[party.channel]
        kept = channel.outbox.with_name("read")
        for place in (channel.inbox, channel.outbox, kept):
            place.mkdir(parents=True)
        path = resources.fixtures() / "simulate" / f"{scripts[party.role]}.toml"
        player = Player(
            party=party.id,
            script=load_script(path),
            path=path,
            inbox=channel.outbox,
            outbox=channel.inbox,
            kept=kept,
        )
        players.append(player)
    return tuple(players)


def visible(folder: Path) -> list[Path]:
    """Return the finished files of a folder."""
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_file() and not entry.name.startswith("."))
