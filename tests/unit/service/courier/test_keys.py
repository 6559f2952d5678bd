"""What is signed with, and for whom messages can be encrypted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pki import NOW, SINCE, UNTIL, world
from posting import CLINIC, CLINIC_KEYS, SOFTWARE, certified, keyring, snapshot

from adapter.envelope.header import is_uuid
from adapter.errors import KeyUnusable
from adapter.partner.snapshot import Credential, Use
from adapter.trust.pki import Purpose

UNKNOWN = replace(CLINIC, snapshots=())


def test_every_envelope_gets_an_id_of_its_own() -> None:
    keys = keyring()
    one, other = keys.stamp(NOW), keys.stamp(NOW)
    assert is_uuid(one.message_id)
    assert one.message_id != other.message_id
    assert (one.at, one.software) == (NOW, SOFTWARE)


def test_envelopes_are_signed_with_what_is_made_for_it() -> None:
    assert keyring().seal(NOW).certificate == world().signing.certificate.x509


def test_without_a_valid_certificate_of_our_own_nothing_is_signed() -> None:
    for keys in (keyring(pairs=[world().expired]), keyring(pairs=[world().encryption])):
        with pytest.raises(KeyUnusable) as caught:
            keys.seal(NOW)
        assert "own" in caught.value.advice


def test_old_keys_still_open() -> None:
    assert keyring().opening() == (world().encryption,)


def test_the_newest_valid_certificate_of_a_receiver_is_taken() -> None:
    newer = certified(Purpose.ENCRYPTION, name="newer", since=SINCE + timedelta(days=30))
    ended = certified(Purpose.ENCRYPTION, name="newer", since=SINCE + timedelta(days=60), until=NOW - timedelta(days=1))
    party = replace(CLINIC, snapshots=(snapshot(CLINIC_KEYS, ended, newer),))
    assert keyring().encryption(party, NOW) == newer.certificate


def test_an_agreement_between_the_two_wins_over_what_holds_for_all() -> None:
    agreed = certified(Purpose.ENCRYPTION, name="newer")
    party = replace(CLINIC, snapshots=(snapshot(CLINIC_KEYS), snapshot(agreed, counterparts=("8990200",))))
    assert keyring().encryption(party, NOW, counterparts={"8990201", "8990200"}) == agreed.certificate
    assert keyring().encryption(party, NOW, counterparts={"8990101"}) == CLINIC_KEYS.certificate


def test_certificates_of_partners_are_found_by_the_organisations_number() -> None:
    newer = certified(Purpose.ENCRYPTION, name="newer", since=SINCE + timedelta(days=1))
    signing = certified(Purpose.SIGNING, name="newer", since=SINCE + timedelta(days=2))
    keys = keyring(CLINIC_KEYS, newer, signing, world().encryption)
    assert keys.encryption(UNKNOWN, NOW) == newer.certificate


@pytest.mark.parametrize(
    "party",
    [
        UNKNOWN,
        replace(UNKNOWN, organisation_number=None),
        replace(CLINIC, snapshots=(snapshot(certified(Purpose.SIGNING)),)),
        replace(CLINIC, snapshots=(replace(snapshot(), credentials=(Credential(Use.ENCRYPTION, b"none"),)),)),
    ],
)
def test_a_party_without_a_certificate_cannot_be_written_to(party: object) -> None:
    ended = certified(Purpose.ENCRYPTION, until=NOW - timedelta(days=1))
    with pytest.raises(KeyUnusable) as caught:
        keyring(ended, certified(Purpose.SIGNING)).encryption(party, NOW)
    assert '"clinic"' in str(caught.value)
    assert "partner refresh" in caught.value.advice


def test_a_certificate_that_ends_is_good_until_then() -> None:
    with pytest.raises(KeyUnusable):
        keyring().encryption(CLINIC, UNTIL + timedelta(seconds=1))
