"""The register knows whom a HER-id, a name and a channel belong to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapter.partner import Partner, Register
from adapter.partner.snapshot import Snapshot


def partner(party_id: str, *her_ids: str, **settings: Any) -> Partner:
    """Make a partner with what the test does not care about filled in."""
    return Partner(
        **{"id": party_id, "role": "other", "name": party_id.title(), "her_ids": her_ids, "channel": f"{party_id}-epj"}
        | settings
    )


@pytest.fixture
def register() -> Register:
    """Make a register of a clinic with two services on one channel, and NAV."""
    return Register(
        [
            partner("clinic", "8990101", "8990102", parent_her_id="8990100"),
            partner("ward", "8990103", parent_her_id="8990100", channel="clinic-epj"),
            partner("nav", "79768", organisation_number="889640782"),
        ]
    )


@pytest.mark.parametrize(
    ("her_id", "expected"),
    [("8990101", "clinic"), ("8990102", "clinic"), ("8990103", "ward"), ("79768", "nav")],
)
def test_a_her_id_leads_to_its_party(register: Register, her_id: str, expected: str) -> None:
    found = register.by_her(her_id)

    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize("her_id", ["8990100", "1", "", None])
def test_an_organisation_and_a_stranger_are_nobodys_address(register: Register, her_id: str | None) -> None:
    assert register.by_her(her_id) is None


def test_a_short_name_leads_to_its_party(register: Register) -> None:
    nav = register.by_id("nav")

    assert nav is not None
    assert nav.organisation_number == "889640782"
    assert register.by_id("NAV") is None


def test_a_channel_may_serve_several_parties(register: Register) -> None:
    assert [party.id for party in register.by_channel("clinic-epj")] == ["clinic", "ward"]
    assert [party.id for party in register.by_channel("nav-epj")] == ["nav"]
    assert register.by_channel("mail") == ()


@pytest.mark.parametrize(
    ("her_ids", "expected"),
    [
        (["8990100", "5"], True),
        (["5", "8990101"], True),
        (["79768"], True),
        (["5", "6"], False),
        ([], False),
    ],
)
def test_our_organisation_is_known_at_any_level(register: Register, her_ids: list[str], *, expected: bool) -> None:
    assert register.is_our_organisation(her_ids) is expected


def test_parties_come_in_the_order_they_were_given(register: Register) -> None:
    assert [party.id for party in register] == ["clinic", "ward", "nav"]
    assert len(register) == 3


def test_two_parties_cannot_share_an_id() -> None:
    with pytest.raises(ValueError, match='two parties have the id "clinic"'):
        Register([partner("clinic", "1"), partner("clinic", "2")])


def test_two_parties_cannot_share_a_her_id() -> None:
    with pytest.raises(ValueError, match='HER-id 1 belongs to both "clinic" and "ward"'):
        Register([partner("clinic", "1"), partner("ward", "2", "1")])


def test_a_her_id_given_twice_to_one_party_is_no_conflict() -> None:
    assert len(Register([partner("clinic", "1", "1")])) == 1


def test_an_empty_register_knows_nobody() -> None:
    register = Register([])

    assert register.by_her("8990101") is None
    assert not register.is_our_organisation(["8990101"])


def test_an_agreement_with_the_counterpart_comes_before_what_is_for_all() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)

    def snapshot(name: str, *counterparts: str, until: datetime | None = None) -> Snapshot:
        return Snapshot(name=name, her_ids=("79768",), taken_at=now, counterparts=counterparts, valid_until=until)

    over = snapshot("over", "8990101", until=now - timedelta(days=1))
    ours, others, register = snapshot("ours", "8990101"), snapshot("others", "8990301"), snapshot("register")
    nav = partner("nav", "79768", snapshots=(over, register, others, ours))

    assert nav.snapshot(now, counterparts=("8990101",)) is ours
    assert nav.snapshot(now, counterparts=("8990201",)) is register
    assert nav.snapshot(now) is register
    assert partner("nav", "79768", snapshots=(over, others)).snapshot(now, counterparts=("8990101",)) is None
