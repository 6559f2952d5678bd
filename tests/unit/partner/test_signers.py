"""Which HER-ids the register gives for a certificate, and what that rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pki import NOW, world

from adapter.partner.register import Partner
from adapter.partner.signers import Signers
from adapter.partner.snapshot import Credential, Snapshot, Use
from adapter.trust.parties import Attribution

NUMBER = "999888777"
CLINIC = Partner(
    id="klinikk", role="clinic", name="Klinikken", her_ids=("8990101",), parent_her_id="8990100", channel="edi"
)
SIGNING = world().signing.certificate


def _snapshot(*her_ids: str, use: Use = Use.SIGNING, **changes: object) -> Snapshot:
    plain = Snapshot(name="Klinikken", her_ids=her_ids, source=f"{her_ids[0]}.json", taken_at=NOW)
    return replace(plain, **{"credentials": (Credential(use, SIGNING.der),), **changes})


def _asked(
    *parties: Partner, snapshots: tuple[Snapshot, ...] = (), is_issued: bool = True, name: str = "signing"
) -> Attribution:
    certificate = getattr(world(), name).certificate
    return Signers(parties, snapshots).attribute(certificate, NOW, is_issued=is_issued)


@pytest.mark.parametrize("is_issued", [False, True])
def test_who_lists_the_certificate_has_it_whoever_issued_it(*, is_issued: bool) -> None:
    found = _asked(replace(CLINIC, snapshots=(_snapshot("8990101"),)), is_issued=is_issued)

    assert found.her_ids == ("8990101",)
    assert found.evidence == "The certificate is listed for HER-id 8990101 in 8990101.json."


def test_who_is_in_the_register_only_counts_too() -> None:
    assert _asked(snapshots=(_snapshot("8990301"),)).her_ids == ("8990301",)


def test_everyone_who_lists_the_certificate_is_named_once() -> None:
    agreement = _snapshot("8990101", agreement="test:1")
    clinic = replace(CLINIC, snapshots=(_snapshot("8990101"), agreement))
    found = _asked(clinic, snapshots=(_snapshot("8990101"), _snapshot("8990102")))

    assert found.her_ids == ("8990101", "8990102")
    assert found.evidence == (
        "The certificate is listed for HER-id 8990101, 8990102 in 8990101.json and test:1 and 8990102.json."
    )


def test_a_certificate_that_is_listed_for_encryption_is_nobodys_to_sign_with() -> None:
    assert _asked(snapshots=(_snapshot("8990101", use=Use.ENCRYPTION),)).her_ids == ()


def test_a_list_that_does_not_hold_any_more_names_nobody() -> None:
    ended = _snapshot("8990101", valid_until=NOW - timedelta(days=1))

    assert _asked(snapshots=(ended,)).her_ids == ()


def test_a_list_weighs_more_than_a_number() -> None:
    other = replace(CLINIC, id="other", her_ids=("8990109",), organisation_number=NUMBER)

    assert _asked(other, snapshots=(_snapshot("8990101"),)).her_ids == ("8990101",)


def test_without_a_list_it_is_of_the_parties_of_its_organisation() -> None:
    found = _asked(replace(CLINIC, organisation_number=NUMBER, snapshots=(_snapshot("8990101", credentials=()),)))

    assert found.her_ids == ("8990101",)
    assert found.evidence == ("No party lists the certificate; it is of organisation 999888777, as is HER-id 8990101.")


def test_a_number_counts_only_where_a_trusted_issuer_stands_for_it() -> None:
    found = _asked(replace(CLINIC, organisation_number=NUMBER), is_issued=False)

    assert found.her_ids == ()
    assert "no trusted issuer" in found.evidence


def test_the_number_may_stand_in_the_register_only() -> None:
    snapshots = (
        _snapshot("8990301", credentials=(), organisation_number=NUMBER),
        _snapshot("8990302", credentials=(), organisation_number=NUMBER, valid_until=NOW - timedelta(days=1)),
        _snapshot("8990303", credentials=(), organisation_number="111222333"),
    )

    assert _asked(snapshots=snapshots).her_ids == ("8990301",)


def test_the_configurations_number_of_a_party_wins_over_that_of_its_snapshot() -> None:
    told = _snapshot("8990101", credentials=(), organisation_number=NUMBER)
    clinic = replace(CLINIC, organisation_number="111222333", snapshots=(told,))

    assert _asked(clinic).her_ids == ()


def test_of_an_organisation_with_many_parties_a_few_are_named_in_the_sentence() -> None:
    her_ids = tuple(str(8990400 + number) for number in range(7))
    found = _asked(replace(CLINIC, her_ids=her_ids, organisation_number=NUMBER))

    assert found.her_ids == her_ids
    assert found.evidence.endswith("HER-id 8990400, 8990401, 8990402, 8990403, 8990404 and 2 more.")


def test_an_organisation_that_nobody_is_of_is_told() -> None:
    found = _asked(CLINIC)

    assert (found.her_ids, found.evidence) == (
        (),
        "No party lists the certificate, and none is of organisation 999888777.",
    )


def test_a_person_whom_nobody_lists_belongs_to_nobody_known() -> None:
    found = _asked(replace(CLINIC, organisation_number=NUMBER), name="person")

    assert (found.her_ids, found.evidence) == ((), "No party lists the certificate, and it names no organisation.")
