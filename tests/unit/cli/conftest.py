"""The command in this process, a configuration, and a store with something in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pki import pem, world

from adapter import resources
from adapter.cli.main import main
from adapter.message.state import DeliveryState, MessageState
from adapter.store import (
    DecidedMessage,
    DeliveryMove,
    NewAttempt,
    NewDelivery,
    NewMessage,
    NewReceipt,
    NewTask,
    Store,
)

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)

CONFIG = """
[adapter]
name = "Test"
environment = "test"

[[party]]
id = "gp"
role = "referrer"
name = "Legekontoret"
her_ids = ["8990201"]
parent_her_id = "8990200"
channel = "gp-epj"

[[party]]
id = "clinic"
role = "clinic"
name = "Klinikken"
her_ids = ["8990101"]
parent_her_id = "8990100"
channel = "clinic-epj"
profiles = ["amo"]
tolerance = []

[[channel]]
id = "gp-epj"
type = "folder"
inbox = "var/gp/in"
outbox = "var/gp/out"

[[channel]]
id = "clinic-epj"
type = "folder"
inbox = "var/clinic/in"
outbox = "var/clinic/out"
"""

MAIL = """
[trust]
own = "own"
roots = "roots"

[[party]]
id = "edi-partner"
role = "other"
name = "Syntetisk mottaker"
her_ids = ["8990999"]
channel = "edi"
address = "mottaker@edi.example"

[[channel]]
id = "edi"
type = "mail"
address = "klinikk@edi.example"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of the command ended."""

    exit_code: int
    out: str
    err: str


Budstikke = Callable[..., Ran]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in a folder of the test's own, with nobody's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "JSON", "BY", "VERBOSE"):
        monkeypatch.delenv(f"BUDSTIKKE_{name}", raising=False)
    return tmp_path


@pytest.fixture
def budstikke(capfd: pytest.CaptureFixture[str]) -> Budstikke:
    """Return what runs the command and tells how it ended."""

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def specs() -> Path:
    """Return the folder with an example of each message kind."""
    return resources.fixtures() / "specs"


@pytest.fixture
def config(folder: Path) -> Path:
    """Return a configuration with two parties; its store does not exist yet."""
    path = folder / "budstikke.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def with_mail(config: Path) -> Callable[..., Path]:
    """Return what adds a mail channel to the configuration, a party behind it, and a root that is trusted.

    What it is given are further keys of the channel.
    """

    def add(inbox: str = "imaps://mail.example", outbox: str = "smtps://mail.example", **more: str) -> Path:
        keys = {"inbox": inbox, "outbox": outbox, **more}
        channel = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
        config.write_text(config.read_text("utf-8") + MAIL + channel, "utf-8")
        (config.parent / "roots").mkdir()
        (config.parent / "roots" / "root.pem").write_bytes(pem(world().root.pair.certificate))
        return config

    return add


@pytest.fixture
def store(config: Path) -> Path:
    """Return the configuration of a store that has carried one referral, and holds another one.

    Message 1 is the accepted referral, 2 the receipt for it, 3 is held. Delivery 1 is sent, 2 was given up.
    Task 1 is open. Messages 1 and 2 are thread 1.
    """
    with Store.open(f"sqlite:///{config.parent}/var/budstikke.db") as store, store.writing() as ledger:
        first, held = ledger.receive(
            [
                NewMessage(channel="gp-epj", source="a1b2", data=b"<one/>"),
                NewMessage(channel="gp-epj", source="c3d4", data=b"<two/>"),
            ],
            at=NOON,
        )
        facts = {"kind": "henvisning", "version": "1.1", "type": "HENVISNING", "sender_party": "gp"}
        finding = {"rule": "AMO-04", "severity": "warn", "line": 31, "text": "Sick leave is not described."}
        (receipt,) = ledger.add_messages(
            [NewMessage(channel="", source="", data=b"<receipt/>", direction="out", kind="apprec", thread=first)],
            at=NOON,
        )
        ledger.decide(
            [
                DecidedMessage(
                    id=first,
                    state=MessageState.ACCEPTED,
                    verdict="accept",
                    findings=(finding,),
                    msg_id="11111111-1111-4111-8111-111111111111",
                    receiver_party="clinic",
                    thread=first,
                    **facts,
                ),
                DecidedMessage(id=held, state=MessageState.HELD, verdict="hold", receiver_her="8990101", **facts),
            ],
            at=NOON,
        )
        ledger.add_receipts([NewReceipt(message_id=first, recipient="8990101", status="1", receipt_message_id=receipt)])
        relay, answer = ledger.add_deliveries(
            [
                NewDelivery(message_id=first, for_message_id=first, channel="clinic-epj", party="clinic", name="1.xml"),
                NewDelivery(message_id=receipt, for_message_id=first, channel="gp-epj", party="gp", name="2.xml"),
            ],
            at=NOON,
        )
        ledger.add_attempts([NewAttempt(delivery_id=answer, at=NOON, outcome="failed", error="outbox: no space")])
        ledger.move_deliveries(
            [
                DeliveryMove(id=relay, to=DeliveryState.SENT),
                DeliveryMove(id=answer, to=DeliveryState.ABANDONED, error="outbox: no space"),
            ],
            at=NOON,
        )
        ledger.add_tasks(
            [NewTask(party="clinic", rule="AMO-04", title="Ask for sick leave", message_id=first)], at=NOON
        )
    return config
