"""A snapshot answers what holds at a moment, and a newer one keeps what only the older knew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from agreements import agreement, der
from pki import NOW, UNTIL, world

from adapter.partner.cpa import read
from adapter.partner.snapshot import Credential, Link, Use, Way, about, renewed
from adapter.trust.pki import Purpose

OURS, NAVS = read(agreement(), source="cpa.xml", at=NOW).snapshots


def test_it_holds_from_its_first_moment_to_its_last() -> None:
    assert NAVS.valid_from is not None
    assert NAVS.valid_until is not None
    moments = {NAVS.valid_from: True, NAVS.valid_until: True}
    moments |= {NAVS.valid_from - timedelta(seconds=1): False, NAVS.valid_until + timedelta(seconds=1): False}

    assert {moment: NAVS.is_valid_at(moment) for moment in moments} == moments
    assert replace(NAVS, valid_from=None, valid_until=None).is_valid_at(NOW)


def test_the_newest_valid_certificate_of_a_use_comes_first() -> None:
    expired, current = (Credential(Use.SIGNING, pair.certificate.der) for pair in (world().expired, world().signing))
    found = replace(NAVS, credentials=(expired, current, Credential(Use.ENCRYPTION, der(Purpose.ENCRYPTION))))

    assert [own.der for own in found.certificates(Use.SIGNING, NOW)] == [current.der]
    assert found.certificates(Use.SIGNING, UNTIL + timedelta(days=1)) == ()


def test_a_kind_of_message_leads_to_its_links() -> None:
    sent = OURS.capability(Way.SENDS, "HenvendelseFraLege", "Henvendelse")

    assert sent is not None
    assert [link.id for link in OURS.links_of(sent)] == ["Partner_channel"]
    assert OURS.links_of(replace(sent, links=("gone",))) == ()
    assert OURS.capability(Way.RECEIVES, "HenvendelseFraLege", "Henvendelse") is None


def test_a_renewed_snapshot_keeps_older_certificates_while_they_are_valid_and_what_people_wrote() -> None:
    former = Credential(Use.SIGNING, world().renewed.certificate.der)
    expired = Credential(Use.SIGNING, world().expired.certificate.der)
    old = replace(
        NAVS,
        credentials=(former, expired, *NAVS.credentials),
        service_type="KX04",
        municipality="5501",
        sha1_until=date(2026, 12, 31),
        triple_des_until=date(2026, 11, 30),
        tolerance=(),
    )
    new = renewed(replace(NAVS, links=()), old, at=NOW)

    assert new.credentials == (*NAVS.credentials, former)
    assert (new.service_type, new.municipality, new.sha1_until, new.tolerance) == (
        "KX04",
        "5501",
        date(2026, 12, 31),
        (),
    )
    assert new.triple_des_until == date(2026, 11, 30)
    assert renewed(replace(NAVS, triple_des_until=date(2027, 1, 31)), old, at=NOW).triple_des_until == date(2027, 1, 31)
    assert new.links == ()
    assert renewed(replace(NAVS, tolerance=("*",)), old, at=NOW).tolerance == ("*",)


def test_the_newest_snapshot_of_a_party_comes_first() -> None:
    newer = replace(NAVS, taken_at=NOW + timedelta(days=1), links=(Link(id="x", protocol="SMTP"),))

    assert about(["79768"], [NAVS, OURS, newer]) == (newer, NAVS)
