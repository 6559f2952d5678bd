"""What message servers ask each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import envelopes
import mails
from envelopes import MESSAGE_ID
from mailboxes import Server
from mails import OFFICE, mailed
from pki import NOW, world

from adapter.envelope.header import PING, Side
from adapter.envelope.signal import StatusRequest
from adapter.trust.verifier import Verifier


def test_a_ping_is_answered_with_a_pong(server: Server) -> None:
    server.collect(mails.signal(mails.asked(header={"action": PING})))

    (answer,) = server.answers()
    assert (answer.header.action, answer.header.ref_to_message_id) == ("Pong", envelopes.REPLY_ID)
    assert (server.states(), server.rules()) == (["signal"], [])


def test_a_ping_of_an_unknown_server_is_not_answered(server: Server) -> None:
    server.collect(mails.signal(mails.asked(header={"action": PING, "sender": Side.of("8990777")})))

    assert (server.states(), server.answers()) == (["signal"], [])


def test_a_pong_is_not_answered(server: Server) -> None:
    server.collect(mails.signal(mails.asked(header={"action": "Pong"})))

    assert (server.states(), server.answers()) == (["signal"], [])


def _status(server: Server) -> tuple[str, datetime | None]:
    question = mails.asked(header={"action": "StatusRequest"}, status_request=StatusRequest(MESSAGE_ID))
    server.collect(mails.signal(question))
    response = server.answers()[-1].status_response
    assert response is not None
    assert response.ref_to_message_id == MESSAGE_ID
    return response.status, response.timestamp.instant if response.timestamp else None


def test_nothing_is_known_of_a_message_that_never_came(server: Server) -> None:
    assert _status(server) == ("NotRecognized", None)


def test_what_became_of_a_message_is_told_to_its_sender(server: Server) -> None:
    server.collect(mailed())

    assert _status(server) == ("Processed", NOW)


def test_what_became_of_a_message_is_told_to_nobody_else(server: Server) -> None:
    server.parties = (*server.parties, replace(OFFICE, id="annet", her_ids=("8990301",), parent_her_id="8990300"))
    document = mails.fixture("frisklivssentral-henvisning-1.1.xml")
    server.collect(mailed(document, header=mails.addressed("8990301", "8990101")))

    assert _status(server) == ("UnAuthorized", None)


def test_of_what_is_held_only_the_receipt_is_told(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())
    server.verifier, server.settings = Verifier(anchors=world().anchors), {}

    assert _status(server) == ("Received", NOW)
