"""A day with three parties: the daemon and the parties as real processes, a kill in the middle, and a reckoning."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from adapter.message.state import DeliveryState
from adapter.simulate.chronicle import Chronicle
from adapter.simulate.processes import Processes
from adapter.simulate.scene import (
    ABSENCE,
    NAMES,
    SILENCE,
    DidNotHappen,
    Scene,
    Watched,
    draft,
    ended_by_signal,
    has_received,
)
from adapter.simulate.stage import Stage, prepared, visible
from adapter.simulate.verdict import Check, expected, is_quiet, judge
from adapter.store import Store
from adapter.store.query import Query

_DAEMON = "daemon"


def play(folder: Path, *, seconds_limit: float = 60.0) -> bool:
    """Play the demo in a folder and print it; return whether everything arrived.

    Raises:
        NoStage: the folder is something else.
        StoreError: the store cannot be read.
    """
    with (
        ended_by_signal(),
        prepared(folder) as stage,
        Processes(stage.logs) as processes,
        Store.open(stage.settings.store.url) as store,
    ):
        parties = stage.settings.party
        names = {party.id: NAMES.get(party.role, party.id) for party in parties}
        chronicle = Chronicle(names, {party.channel: names[party.id] for party in parties})
        watched = Watched(daemon=_DAEMON, title="The daemon", stage=stage, store=store, chronicle=chronicle)
        scene = Scene([watched], processes, logs=stage.logs, seconds_limit=seconds_limit)
        scene.timeline.say("A referral to Arbeidsrettet mestringsopphold: referrer, clinic and NAV on this machine.")
        scene.timeline.say()
        trouble = None
        try:
            _story(scene, watched)
        except DidNotHappen as error:
            trouble = str(error)
        codes = scene.finish()
        checks = watched.ask(lambda query: judge(query, stage.players, codes, names))
        if trouble:
            checks = (*checks, Check(text=trouble, is_true=False))
        is_well = scene.reckon({"": checks}, codes)
        _invite(scene, stage)
        return is_well


def _story(scene: Scene, watched: Watched) -> None:
    scene.start_daemon(watched, "starts")
    for player in watched.stage.players:
        scene.start_player(player)
    task = scene.until("a draft question to the referrer", partial(watched.ask, draft))
    scene.approve(watched, task)
    question = partial(_sent, message=task.draft_message_id or 0)
    asked = scene.until("the delivery of the question", partial(watched.ask, question))
    scene.until("an answer to the question", partial(watched.ask, partial(has_received, after=asked)))
    scene.kill_daemon(watched)
    scene.rest(ABSENCE)
    scene.start_daemon(watched, "starts again")
    scene.until("all messages at their parties", partial(watched.ask, partial(_is_all_there, stage=watched.stage)))
    scene.rest(SILENCE)


def _sent(query: Query, *, message: int) -> int | None:
    """Return the event by which a message was with its party, or None."""
    events = (event for row in query.deliveries_of([message]) for event in query.events(delivery_id=row.id))
    return next((event.seq for event in events if event.name == DeliveryState.SENT), None)


def _is_all_there(query: Query, *, stage: Stage) -> bool:
    if any(visible(player.outbox) for player in stage.players) or not is_quiet(query):
        return False
    return all(len(visible(player.kept)) >= expected(player.script) for player in stage.players)


def _invite(scene: Scene, stage: Stage) -> None:
    """Tell where everything is, and what to try with it."""
    say = scene.timeline.say
    say(f"All files are in {stage.folder / 'var'}; `read` holds what each party got. Try next:")
    for line in ("messages", "messages show 1", "threads show 1", "tasks", "deliveries"):
        say(f"  budstikke {line} --config {stage.config}")
    files = [path for player in stage.players for path in visible(player.kept)]
    if files:
        say(f"  budstikke show {max(files, key=lambda path: path.stat().st_size)}")
