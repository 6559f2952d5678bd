"""Scenario 6: a receiver that is gone is found before sending, or by its partner's E21, and a person decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapter.flow.answer import REJECTED, receipt
from adapter.flow.answer import Answer as Given
from adapter.flow.context import Answering
from adapter.message.code import coded
from adapter.message.party import Party
from adapter.message.state import MessageState
from adapter.partner.address import Answer, Entry, Presence
from adapter.partner.address_cache import AddressCache, Kept
from adapter.service import acts
from adapter.service.lookups import Lookups
from adapter.wire import read, write

GOOD = "dialogmelding-1.0-nav-signert.xml"
TABLE = '\n[addresses]\nurl = "https://register.example"\ncache = "addresses"\n'
Benches = Callable[..., Any]


@pytest.fixture
def careful(make_bench: Benches) -> Any:
    """Return a bench with a register to ask, whose referrer has its messages checked."""
    return make_bench(TABLE, parties={"referrer": "outbound_checks = true"})


def cache(bench: Any) -> AddressCache:
    return AddressCache(Path(bench.settings.addresses.cache))


def rejection(data: bytes, code: str, *, at: datetime) -> bytes:
    """Return the receiver's own receipt that rejects a message."""
    message = read(data)
    given = Given(REJECTED, (coded("8221", code, "Mottaker finnes ikke"),))
    answered = receipt(
        message,
        message.receiver or Party(),
        given,
        is_copy=False,
        received_at=at,
        now=at,
        answering=Answering(software_name="NAV TEST"),
    )
    return write(answered)


def test_a_message_to_an_address_that_is_gone_is_held_until_a_person_decides(careful: Any) -> None:
    cache(careful).put("79768", Kept(asked_at=careful.now))
    data = careful.put("referrer", GOOD)
    careful.run()

    (held,) = careful.messages()
    assert held.state is MessageState.HELD
    assert careful.home.delivered("nav") == []
    with careful.parts.store.reading() as query:
        (task,) = query.tasks()
    assert (task.party, task.rule) == ("referrer", "ADR-01")
    assert "79768 finnes ikke i Adresseregisteret" in task.title

    assert acts.release_message(careful.parts, held.id, "Kari", careful.now) is MessageState.ACCEPTED
    careful.run()
    assert [path.read_bytes() for path in careful.home.delivered("nav")] == [data]


def test_a_message_to_an_address_that_is_there_goes_on(careful: Any) -> None:
    cache(careful).put("79768", Kept(asked_at=careful.now, entry=Entry(her_id="79768", name="NAV")))
    careful.put("referrer", GOOD)
    careful.run()

    assert len(careful.home.delivered("nav")) == 1


def test_what_nobody_could_be_asked_about_stops_nothing(careful: Any) -> None:
    careful.put("referrer", GOOD)
    careful.run()

    assert len(careful.home.delivered("nav")) == 1


def test_a_partner_that_does_not_know_the_receiver_has_its_addresses_looked_up_anew(careful: Any) -> None:
    cache(careful).put("79768", Kept(asked_at=careful.now, entry=Entry(her_id="79768", name="NAV")))
    careful.put("referrer", GOOD)
    careful.run()
    (sent,) = careful.home.delivered("nav")
    careful.home.put("nav", "unknown.xml", rejection(sent.read_bytes(), "E21", at=careful.now))
    careful.run()

    kept = cache(careful).get("79768")
    assert kept is not None
    assert kept.is_doubted
    assert "REC-09" in careful.tasks()  # a person looks the address up; nothing is re-routed


# beside the work


class Register:
    """Gives the answers it was given."""

    def __init__(self, *answers: Answer | Exception, is_configured: bool = True) -> None:
        self.is_configured = is_configured
        self.answers = list(answers)
        self.told_all = Event()

    def refresh_due(self, her_ids: list[str], _now: datetime) -> tuple[Answer, ...]:
        assert her_ids == ["79768"]
        found = self.answers.pop(0)
        if not self.answers:
            self.told_all.set()
        if isinstance(found, Exception):
            raise found
        return (found,)


def test_what_changes_is_logged_once(careful: Any) -> None:
    down = Answer(her_id="79768", presence=Presence.GONE, failure="Connection refused")
    gone = Answer(her_id="79768", presence=Presence.GONE, asked_at=careful.now)
    lookups = Lookups(Register(down, down, gone), ["79768"])  # type: ignore[arg-type]  # a register of the test's own

    with capture_logs() as logs:
        for _ in range(3):
            lookups.look(careful.now)

    assert [entry["action"] for entry in logs] == ["register_down", "register_up", "address_gone"]


def test_the_thread_looks_again_after_a_fault_and_ends_when_told() -> None:
    register = Register(ValueError("a defect"), Answer(her_id="79768", presence=Presence.UNASKED))
    lookups = Lookups(register, ["79768"], every=0.01)  # type: ignore[arg-type]  # as above

    with capture_logs() as logs, lookups:
        assert register.told_all.wait(60)
    lookups._thread.join(60)

    assert not lookups._thread.is_alive()
    assert logs[0]["action"] == "lookup_failed"


def test_without_a_register_nothing_is_started() -> None:
    with Lookups(Register(is_configured=False), ["79768"]) as lookups:  # type: ignore[arg-type]  # as above
        assert not lookups._thread.is_alive()
