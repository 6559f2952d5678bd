"""Agreements and profiles are read as the national register and NAV write them, mistakes and all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from agreements import CPPA, SHA1, SHA256, agreement, der, profile
from hypothesis import given
from hypothesis import strategies as st
from pki import NOW, UNTIL

from adapter.errors import AgreementUnreadable
from adapter.partner.cpa import Reading, read
from adapter.partner.snapshot import Capability, Credential, Endpoint, Link, Reliability, Use, Way
from adapter.trust.pki import Purpose


def reading(data: bytes) -> Reading:
    return read(data, source="cpa.xml", at=NOW)


def test_an_agreement_tells_of_both_its_parties() -> None:
    found = reading(agreement())

    ours, navs = found.snapshots
    assert (ours.name, ours.her_ids, ours.organisation_number, ours.counterparts) == (
        "Fysikalsk poliklinikk TEST",
        ("8990101",),
        "999888777",
        ("79768",),
    )
    assert (navs.her_ids, navs.organisation_number, navs.counterparts) == (("79768",), "889640782", ("8990101",))
    assert (navs.agreement, navs.status, navs.source, navs.taken_at) == ("nav:test:1", "agreed", "cpa.xml", NOW)
    assert (navs.valid_from, navs.valid_until) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 12, 31, 22, 59, tzinfo=UTC),
    )


def test_certificates_come_by_what_they_are_used_for() -> None:
    (_, navs) = reading(agreement()).snapshots

    assert navs.credentials == (
        Credential(Use.SIGNING, der(Purpose.SIGNING)),
        Credential(Use.ENCRYPTION, der(Purpose.ENCRYPTION)),
    )


def test_a_link_has_the_mail_address_without_its_scheme_and_the_numbers_for_sending_again() -> None:
    (_, navs) = reading(agreement()).snapshots

    assert navs.links == (
        Link(
            id="NAV_channel",
            protocol="SMTP",
            endpoints=(Endpoint(address="edi@example.org"),),
            reliability=Reliability(retries=4, retry_interval=timedelta(hours=12), persist=timedelta(days=4)),
            signature=SHA256,
        ),
    )


def test_a_capability_has_the_words_of_the_envelope_and_the_documents_in_it() -> None:
    (ours, _) = reading(agreement()).snapshots

    assert ours.capabilities == (
        Capability(
            way=Way.SENDS,
            service="HenvendelseFraLege",
            service_type="string",
            action="Henvendelse",
            role="Sykmelder",
            version="1.0",
            documents=("http://www.kith.no/xmlstds/msghead/2006-05-24 1.2",),
            links=("Partner_channel",),
            is_encrypted=True,
        ),
        Capability(
            way=Way.RECEIVES,
            service="HenvendelseFraLege",
            service_type="string",
            action="Bekreftelse",
            role="Sykmelder",
            version="1.0",
            links=("Partner_channel",),
        ),
    )


def test_a_profile_is_an_agreement_with_nobody() -> None:
    (found,) = reading(profile()).snapshots

    assert (found.agreement, found.counterparts, found.valid_until) == (None, (), None)


def test_of_ids_that_occur_twice_the_first_counts_and_it_is_said() -> None:
    """As the templates of the national register have them, xml:id included, which libxml2 would not take."""
    again = (
        '<c:SimplePart xml:id="x" c:id="message"><c:NamespaceSupported>urn:other</c:NamespaceSupported></c:SimplePart>'
        '<c:SimplePart xml:id="x" c:id="message"/>'
    )
    found = reading(agreement(packages=again))

    assert found.snapshots[0].capabilities[0].documents == ("http://www.kith.no/xmlstds/msghead/2006-05-24 1.2",)
    assert "2 ids occur more than once" in found.notes  # "message", and "a" of the actions


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"oid": "1.2.840.113549.1.1.5"}, "its URI counts"),
        ({"certificate": "AAAA"}, 'the certificate "Partner_sign" cannot be read'),
        ({"certificate": "ø"}, 'the certificate "Partner_sign" cannot be read'),
        ({"retries": "mange"}, "the numbers for sending again"),
        ({"interval": "P1M"}, "the numbers for sending again"),
        ({"interval": "PT0S"}, "the numbers for sending again"),
        ({"transport": "gone"}, "has no transport"),
    ],
)
def test_what_is_put_right_or_left_out_is_said(changes: dict[str, Any], note: str) -> None:
    assert any(note in said for said in reading(agreement(ours=changes)).notes)


def test_a_party_without_a_her_id_is_left_out() -> None:
    found = reading(agreement(ours={"ids": (("HER", "HERID"), ("ENH", "1"))}))

    assert [snapshot.her_ids for snapshot in found.snapshots] == [("79768",)]
    assert any("has no HER-id" in note for note in found.notes)


def test_of_certificates_with_one_id_the_first_counts_and_it_is_said() -> None:
    found = reading(agreement().replace(b'certId="NAV_crypt"><d:', b'certId="NAV_sign"><d:'))

    assert [one.der for one in found.snapshots[1].credentials] == [der(Purpose.SIGNING)]
    assert 'the certificate "NAV_sign" is there twice, and not the same; the first one counts' in found.notes


@pytest.mark.parametrize(
    "namespace",
    ["http://www.ebxml.org/namespaces/tradePartner", CPPA.replace("2_0", "3_0")],
)
def test_an_agreement_of_another_version_is_refused_by_its_version(namespace: str) -> None:
    with pytest.raises(AgreementUnreadable, match=r"another version than 2\.0"):
        reading(agreement().replace(CPPA.encode(), namespace.encode()))


def test_two_parties_with_one_her_id_are_refused() -> None:
    with pytest.raises(AgreementUnreadable, match="the same HER-id"):
        reading(agreement(navs={"ids": (("HER", "8990101"),)}))


def test_what_is_over_is_said() -> None:
    found = reading(agreement(start="not a time", end="2026-02-01T00:00:00"))

    assert found.snapshots[0].valid_from is None
    assert "Start is no time and was left out" in found.notes
    assert "the agreement ended on 2026-02-01" in found.notes


def test_sha1_is_read_as_it_stands() -> None:
    assert reading(agreement(navs={"signature": SHA1})).snapshots[1].links[0].signature == SHA1


def test_attributes_without_the_namespace_of_the_schema_are_read_too() -> None:
    bare = agreement().replace(b" c:cpaid=", b" cpaid=").replace(b" c:partyName=", b" partyName=")

    assert reading(bare).snapshots == reading(agreement()).snapshots


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"<!DOCTYPE a><a/>",
        f'<c:CollaborationProtocolAgreement xmlns:c="{CPPA}"/>'.encode(),
        profile(ids=(("HER", "HERID"),)),
    ],
)
def test_what_is_no_agreement_is_refused(data: bytes) -> None:
    with pytest.raises(AgreementUnreadable):
        reading(data)


@given(st.data())
def test_a_torn_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = agreement()
    at, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 400))
    torn = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + length :]

    try:
        found = reading(torn)
    except AgreementUnreadable:
        return
    assert found.snapshots


def test_a_certificate_that_is_over_is_kept_and_said() -> None:
    found = read(agreement(), source="cpa.xml", at=UNTIL + timedelta(days=1))

    assert 'the certificate "NAV_sign" ended on 2028-01-01' in found.notes
    assert len(found.snapshots[1].credentials) == 2


@pytest.mark.parametrize(
    ("left_out", "known"),
    [("ReliableMessaging", (None, SHA256)), ("SignatureAlgorithm", (12, None)), ("ebXMLSenderBinding", (None, None))],
)
def test_a_link_may_promise_less(left_out: str, known: tuple[int | None, str | None]) -> None:
    """As links over HTTP do, whose messages are not sent again."""
    data = agreement().replace(f"c:{left_out}".encode(), f"c:Not{left_out}".encode())
    (link,) = reading(data).snapshots[1].links

    hours = link.reliability.retry_interval // timedelta(hours=1) if link.reliability else None
    assert (hours, link.signature) == known


def test_a_binding_without_a_service_says_nothing() -> None:
    data = agreement().replace(b"c:Service ", b"c:NotService ").replace(b"/c:Service>", b"/c:NotService>")

    assert [snapshot.capabilities for snapshot in reading(data).snapshots] == [(), ()]
