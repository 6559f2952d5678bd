"""The national test cases for AppRec, system tests: messages that are taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from installed import Install, Installation, built, fixture, said
from receipted import (
    CENTRE,
    CLINIC,
    ELSEWHERE,
    REFERRAL,
    answered,
    by_role,
    copied_to,
    delivery_state,
    only,
    original,
    roles,
)

from adapter.message.state import DeliveryState, MessageState
from adapter.wire import read


def test_system_1_a_right_message_is_delivered_and_answered_positively(house: Installation) -> None:
    row = house.send(fixture(REFERRAL))

    assert row.state is MessageState.DELIVERED
    assert house.contents() == [fixture(REFERRAL)]
    assert said(only(house.receipts())) == ("1", [])


def test_system_2_the_id_comes_back_to_the_letter(house: Installation) -> None:
    sent = fixture("henvisning-1.1-msgid-store-bokstaver.xml")

    house.send(sent)

    assert original(only(house.receipts())).id == read(sent).msg_id


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("henvisning-2.0-komplett.xml", "referrer"),
        ("dialogmelding-1.1-status-1.xml", "clinic"),
        ("dialogmelding-1.0-foresporsel.xml", "clinic"),
    ],
)
def test_system_3_the_type_comes_back_as_the_message_says_it(house: Installation, name: str, by: str) -> None:
    house.send(fixture(name), by)

    assert original(house.receipts(by)[0]).kind == read(fixture(name)).type


def test_system_4_the_time_comes_back_with_the_zone_it_was_written_in(house: Installation) -> None:
    sent = built("henvisning-1.1", {"generated": "2026-03-02T08:15:00.125Z"})

    house.send(sent)

    issued = original(only(house.receipts())).issued
    assert issued is not None
    assert issued.text == "2026-03-02T08:15:00.125Z"


def test_system_5_addresses_are_mirrored_with_the_sides_changed(house: Installation) -> None:
    house.send(fixture(REFERRAL))

    receipt, sent = only(house.receipts()), read(fixture(REFERRAL))
    assert (receipt.sender, receipt.receiver) != (None, None)
    for given, written in ((receipt.sender, sent.receiver), (receipt.receiver, sent.sender)):
        assert given is not None
        assert written is not None
        assert given.her_ids() == written.her_ids()
        assert given.organisation_number == written.organisation_number
        assert given.name == written.name
        assert given.address == written.address


def test_system_6_who_signs_beside_a_service_is_not_mirrored(house: Installation) -> None:
    office = {"name": "Syntetisk legesenter", "her_id": "8990200"}
    service = {"name": "Fastlegetjenesten", "her_id": "8990201"}
    signer = {"name": "Sindig Fjord", "hpr": "565501872"}

    house.send(
        built("henvisning-1.1", {"sender": {"organisation": {**office, "unit": service, "professional": signer}}})
    )

    receiver = only(house.receipts()).receiver
    assert receiver is not None
    assert receiver.organisation is not None
    assert receiver.her_ids() == ("8990200", "8990201")
    assert receiver.organisation.people == ()


def test_system_7_the_receiver_alone_is_ours_and_answers_as_prim(house: Installation) -> None:
    house.send(built("henvisning-1.1", {"other_receivers": copied_to(ELSEWHERE)}))

    assert by_role(house) == {"PRIM": ("1", [])}


def test_system_8_the_one_who_asked_answers_as_req_in_version_1_0(house: Installation) -> None:
    house.send(fixture("epikrise-1.1-komplett.xml"), "clinic")

    answers = [receipt for receipt in house.receipts("clinic") if receipt.sender and receipt.sender.her_id == "8990201"]
    assert [(roles(receipt), said(receipt)) for receipt in answers] == [(("REQ", "RECEIVER"), ("1", []))]


def test_system_9_the_one_who_serves_answers_as_spr_in_version_1_0(house: Installation) -> None:
    house.send(built("henvisning-1.0", {"other_receivers": copied_to(ELSEWHERE)}))

    assert by_role(house) == {"SPR": ("1", [])}


def test_system_10_the_copy_recipient_alone_is_ours_and_answers_as_cop(house: Installation) -> None:
    house.send(built("henvisning-1.1", {"receiver": ELSEWHERE, "other_receivers": copied_to(CLINIC)}))

    assert by_role(house) == {"COP": ("1", [])}


@pytest.mark.parametrize(("spec", "primary"), [("henvisning-1.1", "PRIM"), ("henvisning-1.0", "SPR")])
def test_system_11_two_recipients_answer_once_each_though_the_message_comes_twice(
    house: Installation, spec: str, primary: str
) -> None:
    data = built(spec, {"other_receivers": copied_to(CENTRE)})

    house.send(data)
    again = house.send(data)

    assert again.state is MessageState.IGNORED
    assert by_role(house) == {primary: ("1", []), "COP": ("1", [])}
    assert len(house.receipts()) == 2
    assert (house.contents("clinic"), house.contents("frisklivssentral")) == ([data], [data])


def test_system_12_the_same_message_again_is_ignored_and_not_answered(house: Installation) -> None:
    house.send(fixture(REFERRAL))
    again = house.send(fixture("henvisning-1.1-mottatt-for.xml"))

    assert again.state is MessageState.IGNORED
    assert said(only(house.receipts())) == ("1", [])
    assert len(house.contents()) == 1


def test_system_13_a_second_receipt_for_the_same_message_is_not_passed_on(install: Install) -> None:
    house = install(systems=("clinic",))
    house.send(fixture(REFERRAL))
    first, second = (answered(fixture(REFERRAL), "1", number=number) for number in (1, 2))

    house.send(first, "clinic")
    again = house.send(second, "clinic")

    assert again.state is MessageState.IGNORED
    assert house.held_by("referrer") == [first]


def test_system_14_a_system_that_takes_the_message_by_hand_in_time_answers_positively(install: Install) -> None:
    house = install(systems=("clinic",))
    row = house.send(fixture(REFERRAL))
    house.wait(timedelta(hours=95))
    assert house.receipts() == []

    house.send(answered(fixture(REFERRAL), "1"), "clinic")

    assert said(only(house.receipts())) == ("1", [])
    assert delivery_state(house, row.id) is DeliveryState.COMPLETED


def test_system_15_what_waits_for_a_person_is_answered_at_once(install: Install) -> None:
    house = install("held-route.toml")

    row = house.send(fixture(REFERRAL))

    assert row.state is MessageState.HELD
    assert said(only(house.receipts())) == ("1", [])
    assert house.contents() == []
