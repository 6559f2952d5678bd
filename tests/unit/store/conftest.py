"""Builders with sane defaults for what goes into a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store import DecidedMessage, Facts, NewDelivery, NewEnvelope, NewMessage, Store

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'budstikke.db'}"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store's file: copying it is faster than laying its tables again."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(url: str, empty: Path, tmp_path: Path) -> Iterator[Store]:
    copyfile(empty, tmp_path / "budstikke.db")
    with Store.open(url, busy_timeout=0.1) as opened:
        yield opened


@pytest.fixture
def new_message() -> Callable[..., NewMessage]:
    def build(data: bytes = b"<MsgHead/>", **given: Any) -> NewMessage:
        return NewMessage(**{"channel": "gp-in", "source": "a.xml", "data": data, **given})

    return build


@pytest.fixture
def new_delivery() -> Callable[..., NewDelivery]:
    def build(message_id: int = 1, **given: Any) -> NewDelivery:
        defaults = {
            "message_id": message_id,
            "for_message_id": message_id,
            "channel": "clinic-epj",
            "party": "clinic",
            "name": f"{message_id}.xml",
        }
        return NewDelivery(**{**defaults, **given})

    return build


@pytest.fixture
def new_envelope() -> Callable[..., NewEnvelope]:
    def build(data: bytes = b"From: a", **given: Any) -> NewEnvelope:
        direction = given.get("direction", "in")
        state = EnvelopeState.RECEIVED if direction == "in" else EnvelopeState.QUEUED
        return NewEnvelope(**{"direction": direction, "channel": "edi", "data": data, "state": state, **given})

    return build


@pytest.fixture
def receive(store: Store, new_message: Callable[..., NewMessage]) -> Callable[..., int]:
    """Receive one message, decided as `state` unless that is RECEIVED, and return its id."""

    def run(state: MessageState = MessageState.RECEIVED, *, at: datetime = NOW, **facts: Any) -> int:
        with store.writing() as ledger:
            (message_id,) = ledger.receive([new_message(**facts)], at=at)
            if state is not MessageState.RECEIVED:
                known = {name: value for name, value in facts.items() if name in Facts.__dataclass_fields__}
                ledger.decide([DecidedMessage(id=message_id, state=state, **known)], at=at)
        return message_id

    return run


@pytest.fixture
def deliver(store: Store, receive: Callable[..., int], new_delivery: Callable[..., NewDelivery]) -> Callable[..., int]:
    """Plan one delivery of an accepted message and return its id."""

    def run(state: DeliveryState = DeliveryState.QUEUED, **given: Any) -> int:
        message_id = receive(MessageState.ACCEPTED)
        with store.writing() as ledger:
            (delivery_id,) = ledger.add_deliveries([new_delivery(message_id, state=state, **given)], at=NOW)
        return delivery_id

    return run
