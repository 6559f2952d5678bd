"""What is over, nearly over or contradicted is told before a message is lost by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from agreements import SHA1, agreement
from pki import NOW, UNTIL

from adapter.partner import Partner, cpa
from adapter.partner.address import Answer, Entry, Presence
from adapter.partner.review import Remark, review
from adapter.partner.snapshot import Snapshot

NAVS = cpa.read(agreement(), source="cpa.xml", at=NOW).snapshots[1]
DAY = timedelta(days=1)


def nav(
    *snapshots: Snapshot,
    sha1_until: date | None = None,
    triple_des_until: date | None = None,
    service_type: str = "",
) -> Partner:
    return Partner(
        id="nav",
        role="nav",
        name="NAV",
        her_ids=("79768",),
        channel="nav",
        snapshots=snapshots,
        sha1_until=sha1_until,
        triple_des_until=triple_des_until,
        service_type=service_type,
    )


def said(partner: Partner, *answers: Answer, now: datetime = NOW) -> list[tuple[bool, str]]:
    return [(remark.is_fault, remark.text) for remark in review(partner, answers, now)]


def listed(**changes: object) -> Answer:
    entry = Entry(her_id="79768", name="NAV", signing_thumbprint=NAVS.credentials[0].thumbprint)
    return Answer(her_id="79768", presence=Presence.LISTED, entry=replace(entry, **changes), asked_at=NOW)


def test_nothing_speaks_against_what_holds() -> None:
    assert said(nav(NAVS), listed()) == []
    assert said(nav()) == []


def test_an_agreement_and_its_certificates_are_told_of_before_they_end() -> None:
    snapshot = replace(NAVS, valid_until=UNTIL)

    assert said(nav(snapshot), now=UNTIL - 61 * DAY) == []
    assert said(nav(snapshot), now=UNTIL - 60 * DAY) == [
        (False, "nav:test:1 ends on 2028-01-01."),
        (False, "The last certificate for signing in nav:test:1 ends on 2028-01-01."),
        (False, "The last certificate for encryption in nav:test:1 ends on 2028-01-01."),
    ]
    assert said(nav(replace(snapshot, credentials=())), now=UNTIL + DAY) == [(True, "nav:test:1 ended on 2028-01-01.")]
    assert (True, "The last certificate for signing in nav:test:1 ended on 2028-01-01.") in said(
        nav(snapshot), now=UNTIL + DAY
    )


def test_an_agreement_that_has_not_begun_is_told_of() -> None:
    snapshot = replace(NAVS, valid_from=NOW + DAY, agreement=None)

    assert said(nav(snapshot)) == [(True, "cpa.xml begins on 2026-03-03.")]


def test_sha1_needs_an_exception_that_is_not_over() -> None:
    weak = replace(NAVS, links=(replace(NAVS.links[0], signature=SHA1),))
    wrong = (True, "Its agreement has it sign with SHA-1, which is not accepted from it.")

    assert said(nav(weak)) == [wrong]
    assert said(nav(weak, sha1_until=date(2026, 3, 2))) == []
    assert said(nav(weak, sha1_until=date(2026, 3, 1))) == [
        wrong,
        (False, "The exception for SHA-1 ended on 2026-03-01."),
    ]


def test_an_exception_for_3des_that_is_over_is_told_of() -> None:
    assert said(nav(triple_des_until=date(2026, 3, 2))) == []
    assert list(review(nav(triple_des_until=date(2026, 3, 1)), [], NOW)) == [
        Remark(
            party="nav",
            text="The exception for 3DES ended on 2026-03-01.",
            hint="Take triple_des_until away.",
            is_fault=False,
        )
    ]


def test_an_address_that_is_gone_is_a_fault_and_one_nobody_could_ask_about_is_not() -> None:
    gone = Answer(her_id="79768", presence=Presence.GONE, asked_at=NOW)
    unasked = Answer(her_id="79768", presence=Presence.UNASKED, failure="it was never asked")

    assert said(nav(), gone) == [
        (True, "The address register on 2026-03-02 had no valid party with the HER-id 79768."),
    ]
    assert said(nav(), unasked) == []


def test_an_old_answer_is_told_of_with_its_age() -> None:
    assert said(nav(), replace(listed(), is_stale=True), now=NOW + 3 * DAY) == [
        (False, "The address register's answer about 79768 is 3 days old or in doubt.")
    ]


def test_what_the_register_says_otherwise_is_told_of() -> None:
    answer = listed(service_type="KX04", signing_thumbprint="AB12")

    assert list(review(nav(NAVS, service_type="S16"), [answer], NOW)) == [
        Remark(
            party="nav",
            text=text,
            hint="`budstikke partner refresh 79768`, then look what the configuration says.",
            is_fault=False,
        )
        for text in (
            "The address register has the service type KX04, not S16.",
            "The address register has a newer certificate for signing of 79768.",
        )
    ]
