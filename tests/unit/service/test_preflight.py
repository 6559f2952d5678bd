"""A party whose own messages are checked before they leave: held back, explained, released by a person or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapter import resources
from adapter.message.state import MessageState
from adapter.service import acts
from adapter.service.acts import NotPossible

NAV = "dialogmelding-1.0-nav-"
GOOD = f"{NAV}signert.xml"


@pytest.fixture
def careful(make_bench: Callable[..., Any]) -> Any:
    """Return a bench whose referrer has its messages checked, and whose NAV has NAV's profile."""
    return make_bench(parties={"referrer": "outbound_checks = true", "nav": 'profiles = ["navt"]'})


def _task(bench: Any) -> tuple[str, str, str]:
    with bench.parts.store.reading() as query:
        (task,) = query.tasks()
    return task.party, task.rule, task.title


def test_a_blocked_message_is_held_and_its_senders_people_are_told_why(careful: Any) -> None:
    careful.put("referrer", f"{NAV}uten-tekst.xml")
    careful.run()

    (held,) = careful.messages()
    assert held.state is MessageState.HELD
    # nothing was taken over: no delivery, no receipt, no deadline
    assert careful.deliveries() == []
    assert careful.home.delivered("nav") == careful.home.delivered("referrer") == []
    assert _task(careful) == (
        "referrer",
        "NAVT-04",
        (
            "Ikke sendt. NAVT-04: Dialogmeldingen er ikke gyldig: meldingstekst mangler. "
            "NAV ville avvist meldingen: Dialogmeldingen er ikke gyldig: meldingstekst mangler."
        ),
    )


def test_a_person_may_send_it_all_the_same(careful: Any) -> None:
    data = careful.put("referrer", f"{NAV}uten-tekst.xml")
    careful.run()
    (held,) = careful.messages()

    assert acts.release_message(careful.parts, held.id, "Kari", careful.now) is MessageState.ACCEPTED
    careful.run()

    assert [path.read_bytes() for path in careful.home.delivered("nav")] == [data]
    with careful.parts.store.reading() as query:
        assert ("released", "Kari") in [
            (event.name, event.data.get("by")) for event in query.events(message_id=held.id)
        ]
        assert "NAVT-04" in {found["rule"] for found in query.message(held.id).findings}
        # the task said that it was not sent
        assert [(task.rule, task.state) for task in query.tasks(None)] == [("NAVT-04", "done")]


def test_nobody_may_send_what_breaks_its_schema(careful: Any) -> None:
    data = (resources.fixtures() / "messages" / GOOD).read_bytes()
    careful.home.put("referrer", "broken.xml", data.replace(b"<MIGversion>v1.2 2006-05-24</MIGversion>", b""))
    careful.run()
    (held,) = careful.messages()
    assert held.state is MessageState.HELD
    assert careful.home.delivered("referrer") == []

    with pytest.raises(NotPossible, match="may not leave as it is: MSG-02"):
        acts.release_message(careful.parts, held.id, "Kari", careful.now)
    assert careful.messages()[0].state is MessageState.HELD


def test_corrected_and_sent_again_under_the_same_id_it_is_new(careful: Any) -> None:
    careful.put("referrer", f"{NAV}uten-tekst.xml", number=1)
    careful.run()
    data = careful.put("referrer", GOOD, number=1)
    careful.run()

    assert [path.read_bytes() for path in careful.home.delivered("nav")] == [data]


def test_a_message_with_remarks_is_sent_and_the_author_hears_of_them(careful: Any) -> None:
    careful.put("referrer", f"{NAV}behov-for-tiltak.xml")
    careful.run()

    assert len(careful.home.delivered("nav")) == 1
    assert _task(careful) == (
        "referrer",
        "NAVT-07",
        "Sendt, men bekreft: NAVT-07: Meldingen er ikke signert av behandleren.",
    )


def test_a_good_message_is_sent_without_a_word(careful: Any) -> None:
    careful.put("referrer", GOOD)
    careful.run()

    assert len(careful.home.delivered("nav")) == 1
    assert careful.tasks() == []


def test_the_same_content_again_is_remarked_until_nav_has_rejected_it(careful: Any) -> None:
    careful.put("referrer", GOOD, number=1)
    careful.run()
    careful.put("referrer", GOOD, number=2)
    careful.run()

    party, rule, title = _task(careful)
    assert (party, rule) == ("referrer", "NAVT-11")
    assert "Duplikat! - Dialogmeldingen fra 02-03-2026 09:15" in title


def test_the_receiver_judges_it_as_before(careful: Any) -> None:
    """What a referral lacks is still the clinic's task, beside the sender's own."""
    careful.put("referrer", "henvisning-1.1-uten-sykmeldingsstatus.xml")
    careful.run()

    with careful.parts.store.reading() as query:
        tasks = {(task.party, task.rule) for task in query.tasks()}
    assert {("clinic", "AMO-04"), ("referrer", "AMO-04")} <= tasks
    assert len(careful.home.delivered("clinic")) == 1


def test_other_parties_messages_are_not_checked_so(make_bench: Callable[..., Any]) -> None:
    plain = make_bench()
    plain.put("referrer", f"{NAV}uten-tekst.xml")
    plain.run()

    assert len(plain.home.delivered("nav")) == 1


def test_what_was_held_for_another_reason_is_released_as_ever(careful: Any) -> None:
    careful.put("referrer", "henvisning-1.1-kansellering.xml")
    careful.run()
    careful.now += timedelta(hours=25)
    careful.run()
    (held,) = careful.messages(MessageState.HELD)

    acts.release_message(careful.parts, held.id, "Kari", careful.now)
    careful.run()

    assert len(careful.home.delivered("clinic")) == 1
