"""The day of the demo between three message servers: ebXML, signed and encrypted, through a mail server.

Each party has its own adapter, with its own store and keys. The clinic's is killed, and so is the mail server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from adapter.simulate.chronicle import Chronicle, Mark
from adapter.simulate.exchange import HOUSES, Exchange, set_up
from adapter.simulate.mail.host import LOOPBACK
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
)
from adapter.simulate.sealed import is_settled, judge_post, post_of
from adapter.simulate.stage import visible
from adapter.simulate.verdict import ENDS, Check, counted, expected, is_quiet, judge
from adapter.store import Store
from adapter.store.query import Query

_MAIL: Final = "mail"
#: "legekontor.edi → klinikk.edi"
_WHO: Final = 28


def play(folder: Path, *, seconds_limit: float = 120.0) -> bool:
    """Play the demo in a folder and print it; return whether everything arrived.

    Raises:
        NoStage: the folder is something else.
        StoreError: a store cannot be read.
    """
    with (
        ended_by_signal(),
        set_up(folder) as exchange,
        Processes(exchange.logs) as processes,
        _watched(exchange) as watched,
    ):
        scene = Scene(watched, processes, logs=exchange.logs, seconds_limit=seconds_limit, who=_WHO)
        scene.timeline.say("Three message servers, each with its own keys: a referral as ebXML, by mail.")
        scene.timeline.say()
        trouble = None
        try:
            _story(scene, exchange, *watched)
        except DidNotHappen as error:
            trouble = str(error)
        codes = scene.finish()
        groups = _checks(watched, codes)
        if trouble:
            groups["The story"] = (Check(text=trouble, is_true=False),)
        is_well = scene.reckon(groups, codes)
        _invite(scene, exchange)
        return is_well


@contextmanager
def _watched(exchange: Exchange) -> Iterator[list[Watched]]:
    """Open the stores of all installations."""
    with ExitStack() as stack:
        yield [
            Watched(
                daemon=_server(house.name),
                title=f"The server {_server(house.name)}",
                stage=stage,
                store=stack.enter_context(Store.open(stage.settings.store.url)),
                chronicle=Chronicle(_names(house.name), {"epj": NAMES[house.role]}, _server(house.name)),
            )
            for house, stage in exchange.stages
        ]


def _server(house: str) -> str:
    return f"{house}.edi"


def _names(house: str) -> dict[str, str]:
    """Return what the parties are called where one is the house's own, and the others are behind their servers."""
    return {each.party: NAMES[each.role] if each.name == house else _server(each.name) for each in HOUSES}


def _story(scene: Scene, exchange: Exchange, office: Watched, clinic: Watched, nav: Watched) -> None:
    _start_mail(scene, exchange, "starts")
    for watched in (office, clinic, nav):
        scene.start_daemon(watched, "starts")
    for watched in (office, clinic, nav):
        for player in watched.stage.players:
            scene.start_player(player)
    task = scene.until("a draft question to the referrer", partial(clinic.ask, draft))
    scene.approve(clinic, task)
    scene.until("an answer to the question", partial(office.ask, _answers))
    scene.kill_daemon(clinic)
    scene.until("the answer at the mail server", partial(office.ask, _has_sent_its_answer))
    scene.kill(_MAIL)
    left = f"{counted(exchange.waiting('klinikk'), 'mail')} in the mailbox of klinikk.edi"
    scene.tell(Mark.BAD, "SIGKILL", f"the mail server dies; on its disk: {left}")
    scene.rest(ABSENCE)
    _start_mail(scene, exchange, "starts again")
    scene.start_daemon(clinic, "starts again")
    scene.until("all messages at their parties, all acknowledged", partial(_is_all_there, (office, clinic, nav)))
    scene.rest(SILENCE)


def _start_mail(scene: Scene, exchange: Exchange, what: str) -> None:
    process = scene.start(_MAIL, *exchange.mail)
    ports = f"smtps://{LOOPBACK}:{exchange.ports.smtp}, imaps://{LOOPBACK}:{exchange.ports.imap}"
    scene.tell(Mark.WELL, f"The mail server {what}", f"process {process.pid}; {ports}")


def _answers(query: Query) -> list[int]:
    """Return what the referrer's EPJ has answered the clinic."""
    return [row.id for row in query.messages() if row.type == "DIALOG_HELSEFAGLIG" and row.sender_party == "referrer"]


def _has_sent_its_answer(query: Query) -> bool:
    return any(row.sent_at is not None for row in query.deliveries_of(_answers(query)) if row.party == "clinic")


def _is_all_there(watched: tuple[Watched, ...]) -> bool:
    players = [player for one in watched for player in one.stage.players]
    if any(visible(player.outbox) for player in players):
        return False
    if any(len(visible(player.kept)) < expected(player.script) for player in players):
        return False
    return all(one.ask(is_quiet) and one.ask(is_settled) for one in watched)


def _checks(watched: Sequence[Watched], codes: Mapping[str, int]) -> dict[str, Sequence[Check]]:
    """Return what must be true of each installation, and between them."""
    groups: dict[str, Sequence[Check]] = {
        one.daemon: one.ask(partial(_judged, one=one, codes=codes)) for one in watched
    }
    return {**groups, "Between them": judge_post([one.ask(post_of) for one in watched])}


def _judged(query: Query, *, one: Watched, codes: Mapping[str, int]) -> Sequence[Check]:
    # what is wrong with a message is found where it comes from, so others see none of it
    is_first = one.stage.players[0].script.role == "referrer"
    return judge(query, one.stage.players, codes, NAMES, ENDS if is_first else frozenset())


def _invite(scene: Scene, exchange: Exchange) -> None:
    """Tell where everything is, and what to try with it."""
    say = scene.timeline.say
    say(f"All of it is in {exchange.folder}. Try next:")
    config = exchange.folder / "klinikk" / "budstikke.toml"
    for line in ("envelopes", "envelopes show 1", "messages", "deliveries", "certificates check", "partner list"):
        say(f"  budstikke {line} --config {config}")
