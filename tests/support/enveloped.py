"""Mails in a store: one that came in, one that is to go out, and what one says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapter.store import EnvelopeFacts, EnvelopeRow, NewEnvelope, Store

Build = Callable[..., NewEnvelope]

#: What the mail that came in says.
FACTS = EnvelopeFacts(
    message_id="Ab-1@gp.example",
    conversation_id="c-1",
    cpa_id="8990101:8990201",
    service="HenvisningPasient",
    service_type="http://www.kith.no/",
    action="Henvisning",
    sender_her="8990201",
    receiver_her="8990101",
    sender_role="Henviser",
    receiver_role="Henvist",
    refers_to=None,
    digest="ab" * 32,
)


def came_in(store: Store, build: Build, now: datetime, **given: object) -> int:
    """Keep a mail that came in, and return its id."""
    with store.writing() as ledger:
        (id_,) = ledger.receive_envelopes([build(**given)], at=now)
    return id_


def goes_out(store: Store, build: Build, now: datetime, **given: object) -> int:
    """Keep a mail that is to go out, and return its id."""
    with store.writing() as ledger:
        (id_,) = ledger.add_envelopes([build(direction="out", **given)], at=now)
    return id_


def row_of(store: Store, id_: int) -> EnvelopeRow:
    """Return what is known of a mail."""
    with store.reading() as query:
        row = query.envelope(id_)
    assert row is not None
    return row
