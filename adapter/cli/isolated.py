"""What `budstikke replay --isolated` does: play, compare, and tell the difference."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from adapter import resources
from adapter.cli.exits import ExitCode
from adapter.cli.opening import is_configured, open_settings
from adapter.cli.stopping import STOPPED_BY_HAND, told_to_stop
from adapter.files import messages_below

if TYPE_CHECKING:
    from adapter.replay.isolated import Performance
    from adapter.replay.scenario import Scenario


def run_isolated(paths: Sequence[Path], *, config: Path, expected: Path | None, is_update: bool) -> None:
    """Play scenarios, or files as one scenario; exit with 1 where something differs, with 130 after Ctrl-C."""
    scenarios = list(_scenarios(paths))
    if scenarios and len(scenarios) != len(paths) and not all(path.is_dir() for path in paths):
        raise typer.BadParameter("scenarios and messages do not go together in one run")
    if expected is not None and len(scenarios) > 1:
        raise typer.BadParameter("--expect takes one scenario at a time")
    with told_to_stop() as stop:
        if not scenarios:
            is_well = _play_files(paths, stop, config=config, expected=expected, is_update=is_update)
        else:
            played = [_play(path, stop, expected=expected, is_update=is_update) for path in scenarios]
            is_well = all(played)
    if not is_well:
        raise typer.Exit(ExitCode.REJECTED)


def _scenarios(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.suffix == ".toml":
            yield path
        elif path.is_dir() and not messages_below(path):
            yield from sorted(path.glob("*.toml"))


def _play(path: Path, stop: threading.Event, *, expected: Path | None, is_update: bool) -> bool:
    from adapter.replay import compare
    from adapter.replay.scenario import load

    fixtures = resources.fixtures()
    scenario = load(path, messages=fixtures / "messages", specs=fixtures / "specs")
    with _played(scenario, scenario.config or resources.example_config(), stop) as performance:
        if expected is not None:
            return _compared_with_folder(performance, scenario.name, expected, is_update=is_update)
        found = performance.holdings()
    if is_update:
        compare.write_into(path, found)
        typer.echo(f"{scenario.name}: what it came to is what it expects now.")
        return True
    if scenario.expected is None:
        typer.echo(found.text())
        typer.echo(f"{scenario.name}: it expects nothing yet; --update writes down what is above.")
        return False
    return _told(scenario.name, compare.difference(scenario.expected, found, scenario.name))


def _play_files(
    paths: Sequence[Path], stop: threading.Event, *, config: Path, expected: Path | None, is_update: bool
) -> bool:
    from adapter.config import build
    from adapter.replay.isolated import of_files
    from adapter.replay.source import Source, sources

    chosen = config if is_configured(config) else resources.example_config()
    register = build.register(open_settings(chosen))

    def party_of(source: Source) -> str | None:
        sender = source.sender(register)
        return sender.id if sender else None

    found = sources(paths)
    if not found:
        raise typer.BadParameter(f"no *.xml in {', '.join(str(path) for path in paths)}")
    for source in found:
        if party_of(source) is None:
            typer.echo(f"left out: {source.path.name}, which no party of the configuration sends")
    with _played(of_files(found, party_of), chosen, stop) as performance:
        if expected is not None:
            return _compared_with_folder(performance, "files", expected, is_update=is_update)
        if is_update:
            raise typer.BadParameter("--update of files needs the folder they are expected in: --expect DIR")
        typer.echo(performance.holdings().text())
    return True


@contextmanager
def _played(scenario: Scenario, config: Path, stop: threading.Event) -> Iterator[Performance]:
    """Play a scenario with a configuration whose folders and store are put elsewhere for it.

    Ctrl-C ends the run between two steps: then nothing is compared and nothing written.
    """
    from adapter.config.move import moved
    from adapter.replay.isolated import SOFTWARE_VERSION, Performance
    from adapter.service.parts import Parts
    from adapter.simulate.actor import engage

    with TemporaryDirectory(prefix="budstikke-") as folder:
        settings = moved(open_settings(config), Path(folder))
        with closing(Parts.build(settings, software_version=SOFTWARE_VERSION)) as parts:
            performance = Performance(scenario, parts, engage)
            performance.play(stop)
            if stop.is_set():
                typer.echo(f"{scenario.name}: stopped by hand.")
                raise typer.Exit(STOPPED_BY_HAND)
            yield performance


def _compared_with_folder(performance: Performance, name: str, folder: Path, *, is_update: bool) -> bool:
    from adapter.replay import compare

    if is_update:
        compare.write_folder(folder, performance.holdings(), performance.files())
        typer.echo(f"{name}: what it came to is written to {folder}.")
        return True
    return _told(name, compare.difference_to_folder(folder, performance.holdings(), performance.files()))


def _told(name: str, difference: str) -> bool:
    if difference:
        typer.echo(difference, nl=False)
        typer.echo(f"{name}: differs from what is expected.")
        return False
    typer.echo(f"{name}: as expected.")
    return True
