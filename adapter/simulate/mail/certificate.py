"""A certificate for this machine, by an issuer whose key nobody has: what trusts it trusts nothing else."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from adapter.simulate.mail.maildir import sync, write_through
from adapter.values import value_class

CA_FILE, _SERVER_FILE = "ca.pem", "server.pem"
_LIFETIME = timedelta(days=365)
#: One that ends sooner is made anew at the start.
_MARGIN = timedelta(days=7)


@value_class(kw_only=False)
class Identity:
    """What the server shows, and what a client trusts it by."""

    #: The issuer's certificate, for clients.
    ca_file: Path
    #: The server's certificate and key.
    server_file: Path

    def context(self) -> ssl.SSLContext:
        """Return what the server speaks TLS by."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.server_file)
        return context


def identity(folder: Path) -> Identity:
    """Return the identity that lies in the folder; one is made where there is none that lasts."""
    found = Identity(folder / CA_FILE, folder / _SERVER_FILE)
    if not _lasts(found):
        _make(found)
    return found


def _lasts(found: Identity) -> bool:
    try:
        issuer, server = (
            x509.load_pem_x509_certificate(path.read_bytes()) for path in (found.ca_file, found.server_file)
        )
        server.verify_directly_issued_by(issuer)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    return server.not_valid_after_utc > datetime.now(UTC) + _MARGIN


def _make(target: Identity) -> None:
    issuer_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer_name = _name("Budstikke simulated mail, issuer")
    issuer = (
        _builder(issuer_name, issuer_name, issuer_key.public_key(), issuer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    server = (
        _builder(_name("localhost"), issuer_name, key.public_key(), issuer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _put(target.ca_file, issuer.public_bytes(pem))
    _put(target.server_file, server.public_bytes(pem) + secret)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _put(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    staged = path.with_name(f"{path.name}.part")
    staged.unlink(missing_ok=True)
    os.close(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    write_through(staged, data)
    staged.replace(path)
    sync(path.parent)
