from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from adapter.check.schema import SchemaSet
from adapter.message.message import Message
from adapter.message.party import Party
from adapter.simulate.receipt import own_receipt
from adapter.simulate.script import Acknowledge, Script
from adapter.wire import read, write
from adapter.wire.parse import parse

Example = Callable[..., Message]

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
OK = Acknowledge(is_positive=True)
NO = Acknowledge(is_positive=False, errors=("E36", "T02"), reason="Navn mangler")


def _given(role: str, message: Message, said: Acknowledge, *, her_id: str | None = None) -> Message:
    """Return a receipt as it is read again, and make sure that it is valid."""
    script = Script(role=role, name="Mottak", her_id=her_id)
    data = write(own_receipt(script, message, said, number=7, now=NOW))
    assert SchemaSet.load().validate(parse(data)) == ()
    return read(data)


def test_an_epj_answers_in_the_version_of_the_message(example: Example) -> None:
    referral = example("henvisning-1.1-komplett")
    given = _given("clinic", referral, OK)

    assert given.receipt is not None
    assert (given.version, given.receipt.status and given.receipt.status.value) == ("1.1", "1")
    assert given.receipt.original is not None
    assert given.receipt.original.id == referral.msg_id
    assert given.receipt.software_name == "Mottak"
    assert (given.sender and given.sender.her_id) == (referral.receiver and referral.receiver.her_id)


def test_an_epj_names_its_reasons_by_their_codes(example: Example) -> None:
    given = _given("clinic", example("henvisning-1.1-komplett"), NO)

    assert given.receipt is not None
    assert [(error.value, error.text) for error in given.receipt.errors] == [("E36", "Navn mangler"), ("T02", None)]
    assert given.receipt.errors[1].name == "XML validerer ikke"


def test_a_copy_recipient_answers_as_itself(example: Example) -> None:
    status = example("dialogmelding-1.1-status-med-kopi")
    copy = status.other_receivers[0]
    given = _given("clinic", status, OK, her_id=copy.her_id)

    assert given.sender is not None
    assert (given.sender.her_id, given.sender.role and given.sender.role.value) == (copy.her_id, "COP")


def test_nav_answers_in_its_own_way(example: Example) -> None:
    notat = example("dialogmelding-1.0-nav-behov-for-tiltak")
    given = _given("nav", notat, NO)

    assert given.receipt is not None
    assert given.version == "1.0"
    assert given.msg_id == "260309090000dial00007.1"
    assert [(error.value, error.name, error.text) for error in given.receipt.errors] == [
        ("X99", "Navn mangler", None),
        ("X99", "Navn mangler", None),
    ]
    assert given.receipt.original is not None
    assert given.receipt.original.id == notat.msg_id


def test_nav_gives_version_1_0_for_everything_and_mirrors_no_department(example: Example) -> None:
    given = _given("nav", example("dialogmelding-1.1-helsefaglig-svar"), OK)

    assert given.version == "1.0"
    assert given.receiver is not None
    assert given.receiver.her_ids() == ("8990200", "8990201")
    assert given.sender is not None
    assert given.sender.her_ids() == ("8990100",)


def test_nav_gives_a_reason_where_the_script_has_none(example: Example) -> None:
    said = Acknowledge(is_positive=False, errors=("E36",))
    given = _given("nav", example("dialogmelding-1.0-nav-behov-for-tiltak"), said)

    assert given.receipt is not None
    assert [error.name for error in given.receipt.errors] == ["Meldingen er avvist (E36)"]


def test_a_message_without_receiver_is_answered_by_nobody_known(example: Example) -> None:
    made = own_receipt(
        Script(role="clinic", name="x"), example("henvisning-1.1-komplett", receiver=None), OK, number=1, now=NOW
    )

    assert made.sender is not None
    assert Party().her_id == made.sender.her_id
