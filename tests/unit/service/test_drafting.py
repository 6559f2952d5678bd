"""Drafts in the store, from the first word to the folder of who receives them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from running import Home

from adapter import show
from adapter.check.codelists import CodeLists
from adapter.flow.drafts.author import author_of
from adapter.flow.drafts.frame import CannotBeWritten
from adapter.flow.drafts.kinds import DraftKind
from adapter.message import Message
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Register
from adapter.service import drafting
from adapter.service.acts import NotPossible
from adapter.service.approval import BY_SETTING, approve, send_unapproved
from adapter.service.composing import Options
from adapter.service.drafting import discard, edit, new_draft
from adapter.store.entries import DeliveryMove
from adapter.store.rows import TaskRow
from adapter.wire import read, write

REFERRAL = "henvisning-1.1-komplett.xml"
WARNED = "henvisning-1.1-uten-sykmeldingsstatus.xml"
EMERGENCY = "henvisning-1.1-oyeblikkelig-hjelp.xml"
AUTHOR = author_of(
    name="Rolig Skog", profession="FT", hpr="565501872", phone="77000003", name_of=CodeLists.load().name_of
)
DOCTOR = author_of(
    name="Grønn Vits", profession="LE", hpr="565501872", phone="77000001", name_of=CodeLists.load().name_of
)


def arrived(bench: Any, fixture: str, party: str = "referrer") -> int:
    """Return the number of a message that has come and been delivered."""
    bench.put(party, fixture)
    bench.run()
    bench.take()
    return max(row.id for row in bench.messages() if row.direction == "in")


def begin(bench: Any, kind: DraftKind, about: int, **options: Any) -> drafting.Begun:
    options.setdefault("author", AUTHOR)
    return new_draft(bench.parts, kind, about, Options(**options), by="Kari", now=bench.now)


def send(bench: Any, number: int, **more: Any) -> None:
    approve(bench.parts, number, by="Kari", now=bench.now, **more)
    bench.run()


def got(home: Home, party: str) -> list[Message]:
    return [read(path.read_bytes()) for path in home.delivered(party)]


def task(bench: Any, number: int) -> TaskRow:
    with bench.parts.store.reading() as query:
        found = query.task(number)
    assert found is not None
    return found


def events(bench: Any, message: int) -> list[tuple[str, dict[str, object]]]:
    with bench.parts.store.reading() as query:
        return [(event.name, event.data) for event in query.events(message_id=message)]


def draft_of(bench: Any) -> drafting.Draft:
    with bench.parts.store.reading() as query:
        (found,) = drafting.drafts(query)
    return found


def answered_by_system(bench: Any, *parties: str) -> Any:
    """Return parts in which the systems of some parties answer for themselves."""
    register = Register(
        replace(one, receipts="system") if one.id in parties else one for one in bench.parts.context.register
    )
    return replace(bench.parts, context=replace(bench.parts.context, register=register))


def test_the_question_that_a_rule_drafted_is_sent_as_it_stands(bench: Any) -> None:
    arrived(bench, WARNED)
    found = draft_of(bench)
    bench.now += timedelta(hours=3)

    send(bench, found.row.id)

    (question,) = got(bench.home, "referrer")
    assert question.type_code == "DIALOG_HELSEFAGLIG"
    assert question.msg_id == found.message.msg_id
    assert question.generated is not None
    assert question.generated.instant == bench.now
    assert bench.tasks() == []
    assert ("accepted", {"by": "Kari"}) in events(bench, found.row.id)
    with pytest.raises(NotPossible, match="not a draft that waits"):
        approve(bench.parts, found.row.id, by="Kari", now=bench.now)
    with pytest.raises(NotPossible, match="not a draft that waits"):
        discard(bench.parts.store, found.row.id, by="Kari", now=bench.now)


def test_a_draft_that_is_discarded_is_never_sent(bench: Any) -> None:
    arrived(bench, WARNED)
    found = draft_of(bench)

    discard(bench.parts.store, found.row.id, by="Kari", now=bench.now, note="asked by phone")
    bench.run()

    assert bench.home.delivered("referrer") == []
    assert bench.tasks() == []
    assert bench.messages(MessageState.HELD) == []
    assert task(bench, found.task.id).note == "asked by phone"


def test_a_draft_to_a_party_whose_system_answers_is_watched_for_its_receipt(bench: Any) -> None:
    """An approved draft is an ordinary message: 24 hours, 96 hours, counted from when it was approved."""
    arrived(bench, WARNED)
    number = draft_of(bench).row.id
    bench.now += timedelta(hours=5)

    approve(answered_by_system(bench, "referrer"), number, by="lege", now=bench.now)

    with bench.parts.store.reading() as query:
        timers = [(timer.rule, timer.due_at - bench.now) for timer in query.timers(message_id=number)]
    assert ("receipt-notice", timedelta(hours=24)) in timers
    assert ("receipt-alarm", timedelta(hours=96)) in timers


def test_a_draft_to_a_party_the_adapter_answers_for_is_not_watched(bench: Any) -> None:
    arrived(bench, WARNED)
    number = draft_of(bench).row.id

    approve(bench.parts, number, by="lege", now=bench.now)

    with bench.parts.store.reading() as query:
        assert "receipt-alarm" not in {timer.rule for timer in query.timers(message_id=number)}


def test_a_status_reaches_the_referrer_and_the_next_one_answers_the_first(bench: Any) -> None:
    """Scenario 1: 9148/2, then 9148/1 with time and place."""
    about = arrived(bench, REFERRAL)
    first = begin(bench, DraftKind.STATUS, about, code="2", dates={"1": date(2026, 3, 2)})
    send(bench, first.draft)
    bench.now += timedelta(days=3)
    second = begin(bench, DraftKind.STATUS, about, code="1", place="Poliklinikken", appointment=bench.now)
    send(bench, second.draft)

    told = sorted(got(bench.home, "referrer"), key=lambda message: message.generated.text)
    references = [(message.conversation.parent, message.conversation.conversation) for message in told]
    original = "de171dda-71d7-5898-8d61-5eab3ca560ff"
    assert references == [(original, original), (told[0].msg_id, original)]
    assert "Ansiennitetsdato: 02.03.2026" in told[0].dialogmelding.notater[0].text.text
    assert "Sted: Poliklinikken" in told[1].dialogmelding.notater[0].text.text
    assert bench.tasks() == []


def test_a_decline_without_reason_cannot_be_sent_until_one_is_written(bench: Any) -> None:
    """Scenario 11."""
    begun = begin(bench, DraftKind.STATUS, arrived(bench, REFERRAL), code="4")
    assert begun.missing == ("text",)
    with pytest.raises(NotPossible, match="lacks its text") as refused:
        send(bench, begun.draft)
    assert refused.value.advice == f"`budstikke drafts edit {begun.draft} --text …`"

    assert edit(bench.parts.store, begun.draft, text="Annet tilbud.", by="Kari", now=bench.now) == ()
    send(bench, begun.draft)

    (told,) = got(bench.home, "referrer")
    assert told.dialogmelding.notater[0].text.text.startswith("Annet tilbud.\r\n\r\nKlageadgang: ")
    assert [name for name, _ in events(bench, begun.draft)][:2] == ["drafted", "draft_edited"]


def test_a_status_without_anybody_who_answers_for_it_is_not_complete(bench: Any) -> None:
    register = Register(replace(one, contact=None) for one in bench.parts.context.register)
    parts = replace(bench.parts, context=replace(bench.parts.context, register=register))
    about = arrived(bench, REFERRAL)
    begun = new_draft(parts, DraftKind.STATUS, about, Options(code="2"), by="Kari", now=bench.now)
    assert begun.missing == ("as",)

    assert edit(bench.parts.store, begun.draft, author=AUTHOR, by="Kari", now=bench.now) == ()


def test_what_a_draft_said_before_is_forgotten(bench: Any) -> None:
    begun = begin(bench, DraftKind.STATUS, arrived(bench, REFERRAL), code="4", text="Gjelder en annen.")
    edit(bench.parts.store, begun.draft, text="Annet tilbud.", by="Kari", now=bench.now)

    bodies = bench.home.rows("SELECT data FROM body")
    assert not any("Gjelder en annen." in data.decode() for (data,) in bodies)
    assert any("Annet tilbud." in data.decode() for (data,) in bodies)


def test_an_avvik_is_for_what_was_taken(bench: Any) -> None:
    about = arrived(bench, REFERRAL)
    begun = begin(bench, DraftKind.DEVIATION, about, code="1", text="Pasienten er ukjent for oss.")
    send(bench, begun.draft)

    (told,) = got(bench.home, "referrer")
    assert (told.type_code, told.version) == ("DIALOG_AVVIK", "1.0")


def test_an_avvik_about_what_has_no_positive_receipt_yet_is_refused(bench: Any) -> None:
    about = arrived(bench, "dialogmelding-1.0-nav-behov-for-tiltak.xml")

    with pytest.raises(NotPossible, match="no positive receipt"):
        begin(bench, DraftKind.DEVIATION, about, code="9", text="Feil")


def test_what_a_system_answered_positively_was_taken(bench: Any) -> None:
    about = arrived(bench, "dialogmelding-1.0-nav-behov-for-tiltak.xml")
    (relay,) = [row for row in bench.deliveries() if row.message_id == about]
    with bench.parts.store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=relay.id, to=DeliveryState.COMPLETED)], at=bench.now)

    assert begin(bench, DraftKind.DEVIATION, about, code="9", text="Feil").missing == ()


def test_nothing_is_written_about_what_nobody_took(bench: Any) -> None:
    about = arrived(bench, "henvisning-1.1-utilstrekkelig-pasient.xml")

    with pytest.raises(NotPossible, match="is rejected: nobody took it"):
        begin(bench, DraftKind.DEVIATION, about, code="9", text="Feil")


def test_a_referral_is_forwarded_with_the_original_for_reading(bench: Any) -> None:
    """Scenario 12."""
    about = arrived(bench, REFERRAL)
    begun = begin(bench, DraftKind.FORWARDING, about, to="nav", text="Dere har tilbudet.")
    send(bench, begun.draft)

    (forwarded,) = got(bench.home, "nav")
    assert forwarded.type_code == "HENVISNING_VIDERE"
    (day,) = forwarded.henvisning.assessment.dates
    assert (day.kind.value, day.date.text) == ("1", "2026-03-02")
    assert forwarded.attachments[0].content[0].decode().startswith(b"%PDF-")


def test_a_forwarded_referral_shows_what_its_standard_has_no_place_for(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes say more than the message that was read from them, where a partner's broken shapes are tolerated."""
    given: list[bytes | None] = []
    monkeypatch.setattr(show, "pdf", lambda *_, at, data=None: given.append(data) or b"%PDF-")  # noqa: ARG005
    about = arrived(bench, REFERRAL)
    begin(bench, DraftKind.FORWARDING, about, to="nav", text="Dere har tilbudet.")

    with bench.parts.store.reading() as query:
        assert given == [query.bodies([about])[about]]


def test_a_status_that_says_forwarded_waits_for_the_receipt_of_the_forwarding(bench: Any) -> None:
    """Until the new receiver has it, the case stays here (scenario 12)."""
    about = arrived(bench, REFERRAL)
    send(bench, begin(bench, DraftKind.FORWARDING, about, to="nav").draft)
    status = begin(bench, DraftKind.STATUS, about, code="3", place="NAV")

    with pytest.raises(NotPossible, match="stopped by CNV-05"):
        approve(bench.parts, status.draft, by="Kari", now=bench.now)
    approve(bench.parts, status.draft, by="Kari", now=bench.now, override="received by phone")

    assert task(bench, status.task).note == "received by phone"
    assert ("accepted", {"by": "Kari", "overridden": ["CNV-05"]}) in events(bench, status.draft)


def test_what_nobody_could_answer_goes_out_for_no_reason(bench: Any) -> None:
    """What is broken in form is never overridden (domain rules C.1)."""
    begun = begin(bench, DraftKind.STATUS, arrived(bench, REFERRAL), code="2")
    with bench.parts.store.writing() as ledger:
        ledger.replace_body(begun.draft, write(replace(drafting.draft(ledger, begun.draft).message, msg_id="1")))

    with pytest.raises(NotPossible, match="stopped by MSG-04"):
        approve(bench.parts, begun.draft, by="Kari", now=bench.now, override="urgent")


def test_nav_gets_its_answer_by_its_own_channel(bench: Any) -> None:
    about = arrived(bench, "dialogmelding-1.0-nav-foresporsel.xml", "nav")
    begun = begin(bench, DraftKind.ANSWER, about, text="Pasienten er henvist.", author=DOCTOR)
    send(bench, begun.draft)

    answer = next(message for message in got(bench.home, "nav") if message.type_code == "DIALOG_SVAR")
    assert answer.conversation.conversation == "03215c1f-d6d9-5066-8345-93a5e0d99594"


def test_what_goes_by_a_reliable_channel_is_delivered_when_it_is_acknowledged(bench: Any) -> None:
    begun = begin(bench, DraftKind.NEED, arrived(bench, REFERRAL), code="2", text="Trenger tiltak.", author=DOCTOR)
    context = replace(bench.parts.context, reliable_channels=frozenset({"nav"}))

    approve(replace(bench.parts, context=context), begun.draft, by="Kari", now=bench.now)

    assert [row.is_reliable for row in bench.deliveries() if row.message_id == begun.draft] == [True]


def test_a_need_goes_from_the_referrer_to_nav(bench: Any) -> None:
    about = arrived(bench, REFERRAL)
    send(bench, begin(bench, DraftKind.NEED, about, code="2", text="Trenger tiltak.", author=DOCTOR).draft)

    (need,) = got(bench.home, "nav")
    assert need.sender.her_ids()[0] == "8990200"
    assert need.dialogmelding.notater[0].theme.value == "2"


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        (DraftKind.STATUS, {"code": "7"}, "no status 7"),
        (DraftKind.STATUS, {"code": "2", "party": "nav"}, "can write this"),
        (DraftKind.FORWARDING, {}, "needs a party to go to"),
        (DraftKind.FORWARDING, {"to": "nobody"}, "no party 'nobody'"),
        (DraftKind.FORWARDING, {"to": "nav", "outcome": "2"}, "told whole"),
        (DraftKind.FORWARDING, {"to": "nav", "outcome": "2", "is_entitled": True, "waiting_end": "8"}, "no 8 in list"),
        (DraftKind.ANSWER, {}, "asks nothing"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    bench: Any, kind: DraftKind, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(CannotBeWritten, match=said):
        begin(bench, kind, arrived(bench, REFERRAL), **options)

    assert bench.messages(MessageState.HELD) == []


def test_a_message_that_is_not_there_is_not_written_about(bench: Any) -> None:
    with pytest.raises(NotPossible, match="no message 99"):
        begin(bench, DraftKind.STATUS, 99, code="2")


def test_a_forwarding_tells_how_the_rights_were_assessed(bench: Any) -> None:
    begun = begin(
        bench,
        DraftKind.FORWARDING,
        arrived(bench, REFERRAL),
        to="nav",
        dates={"4": date(2026, 3, 2)},
        outcome="2",
        is_entitled=True,
        waiting_end="1",
        pathways=("A16A Prostatakreft; Start pakkeforløp",),
    )
    assert begun.missing == ()

    referral = draft_of(bench).message.henvisning
    assert [entry.kind.value for entry in referral.assessment.dates] == ["1", "4"]
    outcome = referral.assessment.outcome
    assert (outcome.outcome.value, outcome.has_right, outcome.waiting_end.value) == ("2", "true", "1")
    assert referral.pathways[0].code.name == "Prostatakreft; Start pakkeforløp"


ALLOWED = '\n[drafts]\nsend_without_approval = ["AMO-04"]\n'


def test_what_the_configuration_lets_go_is_sent_without_a_person_and_says_so(make_bench: Any) -> None:
    bench = make_bench(ALLOWED)
    arrived(bench, WARNED)
    bench.run()
    bench.run()

    (question,) = [message for message in got(bench.home, "referrer") if message.type_code == "DIALOG_HELSEFAGLIG"]
    number = next(row.id for row in bench.messages() if row.msg_id == question.msg_id)
    assert ("accepted", {"by": BY_SETTING}) in events(bench, number)
    assert bench.tasks() == []


def test_nothing_is_sent_without_a_person_unless_the_configuration_says_so(bench: Any) -> None:
    arrived(bench, WARNED)

    assert send_unapproved(bench.parts, bench.now) == 0
    assert draft_of(bench).row.state is MessageState.HELD


def test_a_warning_that_the_setting_does_not_name_needs_a_person(make_bench: Any) -> None:
    bench = make_bench(ALLOWED)
    arrived(bench, "henvisning-1.1-uten-sykmeldingsstatus-og-telefon.xml")

    assert send_unapproved(bench.parts, bench.now) == 0
    assert draft_of(bench).row.state is MessageState.HELD


def test_what_a_person_began_needs_a_person(make_bench: Any) -> None:
    bench = make_bench('\n[drafts]\nsend_without_approval = ["DRF-02"]\n')
    begin(bench, DraftKind.STATUS, arrived(bench, REFERRAL), code="2")

    assert send_unapproved(bench.parts, bench.now) == 0


def test_a_draft_whose_receiver_has_left_the_configuration_is_refused(bench: Any) -> None:
    arrived(bench, WARNED)
    register = Register(one for one in bench.parts.context.register if one.id != "referrer")
    parts = replace(bench.parts, context=replace(bench.parts.context, register=register))

    with pytest.raises(NotPossible, match="no party of the configuration"):
        approve(parts, draft_of(bench).row.id, by="Kari", now=bench.now)


def test_a_route_says_when_and_where_a_draft_goes(make_bench: Any) -> None:
    bench = make_bench(
        '\n[[route]]\nname = "dialogue at night"\nwhen = { to = "referrer", type = "DIALOG_HELSEFAGLIG" }\n'
        'deliver = ["referrer", "clinic"]\nschedule = "cron 0 20 * * *"\n'
    )
    arrived(bench, WARNED)
    number = draft_of(bench).row.id
    approve(bench.parts, number, by="Kari", now=bench.now)

    sent = [row for row in bench.deliveries() if row.message_id == number]
    assert [(row.channel, row.party) for row in sent] == [("referrer", "referrer"), ("clinic", "")]
    assert all(row.due_at > bench.now + timedelta(hours=9) for row in sent)


def test_a_request_of_nav_comes_with_its_answer_as_a_draft_without_words(bench: Any) -> None:
    """Scenario 16: a task with the request copied, the words are the doctor's."""
    arrived(bench, "dialogmelding-1.0-nav-foresporsel.xml", "nav")
    found = draft_of(bench)
    assert (found.task.party, found.missing) == ("referrer", ("text",))
    assert found.task.rule.startswith("CNV-11")

    edit(bench.parts.store, found.row.id, text="Henvist.", author=DOCTOR, by="Grønn Vits", now=bench.now)
    send(bench, found.row.id)

    (answer,) = [message for message in got(bench.home, "nav") if message.type_code == "DIALOG_SVAR"]
    (note,) = answer.dialogmelding.notater
    assert (note.theme.value, note.text.text, note.text.is_typed) == ("5", "Henvist.", True)
    assert note.foresporsel.document_id == "0dabfbd6-8e61-56bb-9aba-8e117bd1759a"
    assert task(bench, found.task.id).state == "done"


def test_a_draft_whose_task_was_done_by_other_means_waits_no_longer(bench: Any) -> None:
    arrived(bench, WARNED)
    found = draft_of(bench)
    with bench.parts.store.writing() as ledger:
        ledger.close_task(found.task.id, by="Kari", at=bench.now, note="asked by phone")

    with pytest.raises(NotPossible, match="not a draft that waits"):
        approve(bench.parts, found.row.id, by="Kari", now=bench.now)
    with bench.parts.store.writing() as ledger:
        assert drafting.drafts(ledger) == []
        ledger.reopen_task(found.task.id, by="Kari", at=bench.now)
    assert draft_of(bench).row.id == found.row.id
