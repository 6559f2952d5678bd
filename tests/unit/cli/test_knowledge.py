"""What a configuration knows of the parties of an ebXML message, and of their keys."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from knowing import AGREEMENT
from pki import NOW, SINCE, UNTIL, pem, world

from adapter.cli.knowledge import KnownRegister, knowledge
from adapter.config import load
from adapter.envelope.rules.knowledge import KnownParty
from adapter.partner.address import Entry
from adapter.partner.address_cache import AddressCache, Kept
from adapter.partner.address_register import AddressRegister
from adapter.partner.register import Partner, Register
from adapter.partner.snapshot import Credential, Endpoint, Link, Snapshot, Use

SENDER, PARENT, RECEIVER = "8990201", "8990200", "8990101"
OURS = {"edi": "klinikk@edi.example"}
SIGNING = Credential(Use.SIGNING, world().signing.certificate.der)
OTHER = Credential(Use.SIGNING, world().renewed.certificate.der)
ENCRYPTION = Credential(Use.ENCRYPTION, world().encryption.certificate.der)

Known = Callable[..., KnownParty]


def partner(**changes: object) -> Partner:
    plain = Partner(id="gp", role="referrer", name="Legekontoret", her_ids=(SENDER,), channel="edi")
    return replace(plain, **changes)


def snapshot(**changes: object) -> Snapshot:
    return replace(Snapshot(name="Legekontoret", her_ids=(SENDER,), taken_at=NOW), **changes)


def entry(**changes: object) -> Entry:
    return replace(Entry(her_id=SENDER, name="Legekontoret"), **changes)


def agreement(**changes: object) -> Snapshot:
    given = {"agreement": AGREEMENT, "counterparts": (RECEIVER,), "valid_from": SINCE, "valid_until": UNTIL}
    return snapshot(**(given | changes))


@pytest.fixture
def register(folder: Path) -> Callable[..., KnownRegister]:
    """Return what makes a register of parties, snapshots and answers of Adresseregisteret."""

    def make(*known: Partner | Snapshot | Entry | None) -> KnownRegister:
        cache = AddressCache(Path(tempfile.mkdtemp(dir=folder)))
        for one in known:
            if isinstance(one, Entry):
                cache.put(one.her_id, Kept(asked_at=NOW, entry=one))
            if one is None:
                cache.put(SENDER, Kept(asked_at=NOW))
        return KnownRegister(
            Register(one for one in known if isinstance(one, Partner)),
            tuple(one for one in known if isinstance(one, Snapshot)),
            AddressRegister("http://127.0.0.1:1", cache, _ask_nobody, fresh_for=timedelta(hours=1)),
            OURS,
            NOW,
        )

    return make


def _ask_nobody(url: str) -> object:
    raise AssertionError(url)


@pytest.fixture
def known(register: Callable[..., KnownRegister]) -> Known:
    """Return what tells of the sender, by an agreement if it is named."""

    def tell(*given: Partner | Snapshot | Entry | None, her_id: str = SENDER, cpa_id: str = "") -> KnownParty:
        return register(*given).party(her_id, cpa_id=cpa_id, at=None)

    return tell


def test_of_a_stranger_nothing_is_known(known: Known) -> None:
    assert known() == KnownParty()


def test_adresseregisteret_has_the_first_word_on_who_there_is(known: Known) -> None:
    assert known(None, partner(), snapshot()).is_listed is False
    assert known(entry()).is_listed is True
    assert known(entry(valid_until=NOW - timedelta(days=1)), partner()).is_listed is False


def test_a_party_an_organisation_above_it_and_a_register_entry_are_known(known: Known) -> None:
    assert known(partner()).is_listed is True
    assert known(partner(parent_her_id=PARENT), her_id=PARENT).is_listed is True
    assert known(snapshot()).is_listed is True
    assert known(snapshot(valid_until=NOW - timedelta(days=1))).is_listed is None


@pytest.mark.parametrize(
    ("kind", "is_level_two"),
    [("Service", True), ("OrganizationPerson", True), ("Organization", False), ("Person", False)],
)
def test_the_level_is_that_of_the_type(known: Known, kind: str, is_level_two: bool) -> None:  # noqa: FBT001
    assert known(entry(type=kind), partner(parent_her_id=PARENT)).is_level_two is is_level_two


def test_without_a_type_the_level_is_known_by_who_stands_above(known: Known) -> None:
    assert known(partner(parent_her_id=PARENT)).is_level_two is True
    assert known(snapshot(parent_her_id=PARENT)).is_level_two is True
    assert known(entry(parent_her_id=PARENT)).is_level_two is True
    assert known(partner()).is_level_two is None
    assert known(partner(parent_her_id=SENDER)).is_level_two is None


def test_who_only_stands_above_others_is_an_organisation(known: Known) -> None:
    assert known(partner(parent_her_id=PARENT), her_id=PARENT).is_level_two is False


def test_addresses_are_those_of_the_party_and_of_its_agreement(known: Known) -> None:
    ways = (
        Link(id="mail", protocol="SMTP", endpoints=(Endpoint(address="Avtalt@edi.example"),)),
        Link(id="http", protocol="HTTP", endpoints=(Endpoint(address="https://edi.example"),)),
    )

    assert known(partner(address="Lege@edi.example"), snapshot(links=ways)).addresses == {
        *("lege@edi.example", "avtalt@edi.example"),
    }


def test_the_address_in_adresseregisteret_is_the_only_one(known: Known) -> None:
    parties = entry(edi_address="ar@edi.example"), partner(address="lege@edi.example")

    assert known(*parties).addresses == {"ar@edi.example"}


def test_ones_own_party_has_the_address_of_ones_own_mailbox(known: Known) -> None:
    assert known(partner(channel="epj", parent_her_id=PARENT)).addresses == {OURS["edi"]}
    assert known(partner(channel="epj", parent_her_id=PARENT), her_id=PARENT).addresses == {OURS["edi"]}
    assert known(partner(channel="edi")).addresses == frozenset()


def test_certificates_for_signing_are_those_of_the_agreement_that_is_named(known: Known) -> None:
    snapshots = agreement(credentials=(SIGNING, ENCRYPTION)), snapshot(credentials=(OTHER,))
    parties = (*snapshots, entry(signing_thumbprint="A"))

    named, unnamed = known(*parties, cpa_id=AGREEMENT), known(*parties)

    assert (named.certificates, named.thumbprint) == ({SIGNING.der}, None)
    assert (unnamed.certificates, unnamed.thumbprint) == ({SIGNING.der, OTHER.der}, "A")


def test_who_is_registered_without_a_certificate_is_known_to_have_none(known: Known) -> None:
    for without in (entry(), snapshot(credentials=(ENCRYPTION,))):
        found = known(without)

        assert found.has_known_certificates
        assert not found.can_sign


def test_of_whom_no_certificate_is_told_none_is_known(known: Known) -> None:
    assert not known(partner(), snapshot()).has_known_certificates
    assert not known(None, partner()).has_known_certificates


def test_what_holds_is_what_held_at_the_moment_of_the_message(register: Callable[..., KnownRegister]) -> None:
    ended = register(snapshot(valid_until=NOW - timedelta(days=9), credentials=(SIGNING,)))

    then = ended.party(SENDER, cpa_id="", at=NOW - timedelta(days=10))

    assert then.signs_with(SIGNING.der)
    assert not ended.party(SENDER, cpa_id="", at=NOW).can_sign


def test_an_agreement_is_between_all_that_it_names(register: Callable[..., KnownRegister]) -> None:
    found = register(agreement()).agreement(AGREEMENT)

    assert found is not None
    assert found.her_ids == {SENDER, RECEIVER}
    assert (found.valid_from, found.valid_until) == (SINCE, UNTIL)
    assert register(agreement()).agreement("another") is None


def test_an_agreement_between_two_is_found_from_either_side(register: Callable[..., KnownRegister]) -> None:
    kept = register(agreement())

    assert kept.has_agreement(SENDER, RECEIVER)
    assert kept.has_agreement(RECEIVER, SENDER)
    assert not kept.has_agreement(SENDER, PARENT)
    assert not register(snapshot(counterparts=(RECEIVER,))).has_agreement(SENDER, RECEIVER)


def test_a_configuration_gives_its_parties_and_its_keys(with_mail: Callable[..., Path]) -> None:
    config = with_mail()
    pair = world().encryption
    own = config.parent / "own"
    own.mkdir()
    secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (own / "encryption.pem").write_bytes(secret + pem(pair.certificate))

    given = knowledge(load(config), NOW)

    assert [one.certificate for one in given.pairs] == [pair.certificate]
    assert given.register is not None
    assert given.register.party(SENDER, cpa_id="", at=None).addresses == {"klinikk@edi.example"}
    assert given.register.party("8990999", cpa_id="", at=None).addresses == {"mottaker@edi.example"}


def test_without_a_folder_of_keys_there_are_none(config: Path) -> None:
    assert knowledge(load(config), NOW).pairs == ()


def test_keys_that_cannot_be_read_are_told_of_and_left_out(
    with_mail: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    given = knowledge(load(with_mail()), NOW)

    assert given.pairs == ()
    assert "Make the folder, or take it out of [trust]." in capfd.readouterr().err
