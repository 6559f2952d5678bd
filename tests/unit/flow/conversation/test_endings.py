"""What a wrong message, an epikrise and a frisklivssentral mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from building import NOW, finding
from telling import PATIENT, Telling, answers, forwards, house, refers, says, with_system

from adapter.check.finding import Severity
from adapter.flow import follow
from adapter.flow.conversation import stay_ended
from adapter.flow.span import Span
from adapter.message import Code, Document, Envelope, Kind, Message
from adapter.message.epikrise import AnsweredReferral, Epikrise
from adapter.message.state import MessageState


def discharges(*, of: str = "m1", by: str = "clinic", service_type: str = "N") -> Message:
    plain = refers("e1", by=by, to="referrer")
    letter = Epikrise(service_type=Code(service_type), document_id="e-doc", referrals=(AnsweredReferral(id=of),))
    return replace(
        plain, envelope=Envelope.MESSAGE, kind=Kind.EPIKRISE, version="1.2", documents=(Document(content=(letter,)),)
    )


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("8117/1", "Feil adressat: mottakeren melder at meldingen ikke er til dem."),
        ("8117/2", "Mangelfulle opplysninger: mottakeren kan ikke bruke en melding dere har sendt."),
        ("8117/9", "Mottakeren melder feil i en melding dere har sendt."),
    ],
)
def test_an_avvik_is_a_task_for_the_one_who_sent_the_wrong_message(telling: Telling, topic: str, title: str) -> None:
    telling.tell(refers())

    decision = telling.tell(says(topic, "w1"))

    assert [(chore.party, chore.title, chore.priority) for chore in decision.chores] == [("referrer", title, 1)]


@pytest.mark.parametrize("named", ["m1", "d1"])
def test_an_epikrise_closes_the_case_by_either_id(telling: Telling, named: str) -> None:
    telling.tell(refers())

    decision = telling.tell(discharges(of=named))

    assert telling.timers == {}
    assert {"epikrise", "epikrise-notice", "assessment", "TIM-08", "TIM-02"} <= decision.endings[0].rules


def test_an_epikrise_closes_the_case_when_it_is_received() -> None:
    telling = Telling(with_system(house(), "referrer"))
    telling.tell(refers())
    telling.tell(discharges())
    assert len(telling.timers) == 2

    telling.tell(answers("e1", by="referrer", to="clinic"))

    assert telling.timers == {}


def test_a_provider_closes_what_was_forwarded_to_it_by_the_first_id(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(forwards())

    telling.tell(discharges(of="m1", by="provider"))

    assert {about for about, _ in telling.timers} == {"m1"}


@pytest.mark.parametrize("letter", [discharges(service_type="C"), discharges(by="centre"), discharges(of="unknown")])
def test_other_letters_close_nothing(telling: Telling, letter: Message) -> None:
    telling.tell(refers())

    assert telling.tell(letter).endings == ()


def test_the_deadlines_of_an_epikrise_begin_when_a_person_tells_that_the_stay_has_ended() -> None:
    timers = house().timers

    begun = stay_ended(3, NOW, party="clinic", timers=timers)

    assert [(each.rule, each.due_at, each.party, each.about) for each in begun] == [
        ("epikrise-notice", datetime(2026, 3, 7, 9, 0, tzinfo=UTC), "clinic", 3),
        ("epikrise", datetime(2026, 3, 9, 9, 0, tzinfo=UTC), "clinic", 3),
    ]
    assert [each.rule for each in stay_ended(3, NOW, party="", timers=replace(timers, epikrise=Span(0, "days")))] == [
        "epikrise-notice"
    ]


@pytest.mark.parametrize("topic", ["7322/6", "9152/99"])
def test_a_centre_that_is_asked_by_dialogue_has_its_agreed_time_until_it_answers(telling: Telling, topic: str) -> None:
    """Scenario 19."""
    telling.tell(says(topic, "f1", by="referrer", to="centre", parent=None, conversation=None))
    assert list(telling.timers) == [("f1", "service")]

    telling.tell(says("7322/6", "f2", by="centre", to="referrer", parent="f1", conversation="f1"))

    assert telling.timers == {}


def test_a_centre_answers_a_referral_by_dialogue_too(telling: Telling) -> None:
    telling.tell(refers(to="centre"))

    telling.tell(says("7322/6", "f2", by="centre", to="referrer"))

    assert ("m1", "service") not in telling.timers


def test_a_centre_that_writes_about_something_else_answers_nothing(telling: Telling) -> None:
    telling.tell(refers(by="centre", to="clinic"))
    telling.tell(refers("m2", to="centre", document_id="d2"))

    decision = telling.tell(says("7322/6", "f2", by="centre", to="clinic"))

    assert decision.endings == ()
    assert ("m2", "service") in telling.timers


def test_a_deadline_about_a_message_that_was_rejected_since_ends_in_silence() -> None:
    assert follow.consequence("assessment", message=MessageState.REJECTED) is None


def test_what_is_said_to_a_centre_later_begins_nothing(telling: Telling) -> None:
    telling.tell(refers(to="centre"))
    telling.tell(says("7322/6", "f2", by="centre", to="referrer"))

    telling.tell(says("7322/6", "f3", by="referrer", to="centre", parent="f2"))

    assert ("f3", "service") not in telling.timers


def test_a_kind_that_has_no_part_in_conversations_begins_nothing(telling: Telling) -> None:
    plain = says("9602/J01-2", "x1", parent=None, conversation=None)

    assert (telling.tell(plain).watches, telling.tell(replace(plain, msg_id="x2")).endings) == ((), ())
    sick_note = replace(plain, msg_id="x3", kind=Kind.SYKMELDING, documents=(), patient=PATIENT)
    assert telling.tell(sick_note, finding(Severity.INFO)).watches == ()
