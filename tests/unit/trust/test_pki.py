"""The project's own test infrastructure makes certificates of the right shape, and lists of those it took back."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from pki import NOW, World

from adapter.trust.certificate import Usage


def test_certificates_have_the_shape_of_seid_2(world: World) -> None:
    certificate = world.signing.certificate
    usage = certificate.x509.extensions.get_extension_for_class(x509.KeyUsage)

    assert certificate.usages == {Usage.COMMITMENT}
    assert usage.critical
    assert not usage.value.digital_signature
    assert world.encryption.certificate.x509.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment


def test_every_name_says_that_it_is_for_test(world: World) -> None:
    for certificate in (*world.issuers, world.signing.certificate, world.person.certificate):
        assert "TEST" in certificate.subject


def test_a_list_names_what_was_taken_back(world: World) -> None:
    revoked = world.revoked.certificate
    data = world.issuing.revocation_list([revoked], at=NOW, lasts=timedelta(days=7))
    found = x509.load_der_x509_crl(data)

    assert found.is_signature_valid(world.issuing.pair.certificate.public_key)
    assert found.get_revoked_certificate_by_serial_number(revoked.x509.serial_number) is not None
    assert found.get_revoked_certificate_by_serial_number(world.signing.certificate.x509.serial_number) is None
    assert found.next_update_utc == NOW + timedelta(days=7)
