"""Where a party's mail goes, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from envelopes import header
from pki import NOW
from posting import CLINIC, link, reliability, snapshot

from adapter.channel.mail.terms import Terms
from adapter.message.message import Message
from adapter.partner.register import Partner
from adapter.partner.snapshot import Capability, Endpoint, Snapshot, Way
from adapter.service.courier.heading import Heading
from adapter.service.courier.reach import Reach, reach
from adapter.service.courier.seal import Unsendable

TERMS = Terms(address="kontor@edi.example", retries=3, retry_interval=timedelta(hours=2))
AGREED = reliability(4, timedelta(minutes=720))


def heading(party: Partner, known: Snapshot | None) -> Heading:
    return Heading(message=Message(), party=party, snapshot=known, counterparts=frozenset(), header=header())


def test_the_registers_address_is_used_with_the_channels_numbers() -> None:
    found = reach(heading(CLINIC, snapshot()), TERMS)
    assert found == Reach(address="klinikk@edi.example", retries=3, retry_interval=timedelta(hours=2))


def test_the_configurations_address_wins() -> None:
    party = replace(CLINIC, address="annen@edi.example")
    assert reach(heading(party, snapshot()), TERMS).address == "annen@edi.example"
    assert reach(heading(party, None), TERMS).address == "annen@edi.example"


def test_the_way_that_is_agreed_for_a_message_wins_over_others() -> None:
    capability = Capability(
        way=Way.RECEIVES,
        service="S-HENVISNING",
        action="HENVISNING",
        role="HENVISNINGreceiver",
        links=("web", "agreed"),
    )
    web = link(id="web", protocol="HTTP", endpoints=(Endpoint(address="https://edi.example/"),))
    agreed = link(id="agreed", endpoints=(Endpoint(address="henvisning@edi.example"),), reliability=AGREED)
    known = snapshot(links=(link(), web, agreed), capabilities=(capability,))

    found = reach(heading(CLINIC, known), TERMS)

    assert found == Reach(address="henvisning@edi.example", retries=4, retry_interval=timedelta(hours=12))
    other = replace(known, capabilities=(replace(capability, action="APPREC"),))
    assert reach(heading(CLINIC, other), TERMS).address == "klinikk@edi.example"


def test_an_address_for_errors_is_none_for_messages() -> None:
    ends = (
        Endpoint(address="feil@edi.example", purpose="error"),
        Endpoint(address="inn@edi.example", purpose="request"),
        Endpoint(address="alt@edi.example"),
    )
    assert reach(heading(CLINIC, snapshot(links=(link(endpoints=ends),))), TERMS).address == "alt@edi.example"
    assert reach(heading(CLINIC, snapshot(links=(link(endpoints=ends[:2]),))), TERMS).address == "inn@edi.example"


@pytest.mark.parametrize(
    "known",
    [
        None,
        snapshot(links=()),
        snapshot(links=(link(endpoints=()),)),
        snapshot(links=(link(protocol="HTTP"),)),
        snapshot(links=(link(endpoints=(Endpoint(address="feil@edi.example", purpose="error"),)),)),
    ],
)
def test_without_an_address_it_is_said_which_party_lacks_it(known: Snapshot | None) -> None:
    with pytest.raises(Unsendable, match='party "clinic"') as caught:
        reach(heading(CLINIC, known), TERMS)
    assert "`address`" in caught.value.advice


def test_a_snapshot_is_one_of_its_time() -> None:
    assert CLINIC.snapshot(NOW) == CLINIC.snapshots[0]
