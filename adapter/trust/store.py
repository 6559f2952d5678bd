"""The certificates of an installation: its own with their keys, its partners', and the issuers it trusts.

They lie in folders, where whoever is on call puts the new ones beside the old. Of one's own every generation stays:
what was encrypted for last year's certificate must still be opened. What cannot be used is an error at the start that
names the file, and never a surprise when a message comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from adapter.errors import CertificateUnreadable, ConfigError, KeyUnusable
from adapter.trust.certificate import Certificate, PublicKey, Usage, certificates_in, read_certificates
from adapter.trust.chain import Anchors
from adapter.trust.cms import may_encrypt
from adapter.trust.keys import ENVIRONMENT, load_key
from adapter.trust.pki import Pair
from adapter.values import value_class

#: Days ahead at which a certificate's end is told of.
WARNING_DAYS = (60, 30, 14, 7)

_PKCS12 = frozenset({".p12", ".pfx"})
_KEYS = frozenset({".key", ".pem"})
_CERTIFICATES = frozenset({".pem", ".crt", ".cer", ".der"})


class Role(StrEnum):
    """What a certificate is here for."""

    OWN = "own"
    PARTNER = "partner"
    ISSUER = "issuer"


@value_class
class Entry:
    """A certificate, and where it lies."""

    role: Role
    certificate: Certificate
    path: Path
    #: With its key, for one of our own.
    pair: Pair | None = field(default=None, repr=False, compare=False)

    @property
    def uses(self) -> tuple[str, ...]:
        """Return what the certificate is made for; those for encryption may prove who one is besides (SEID 2)."""
        usages = self.certificate.usages
        may = {
            "signing": Usage.COMMITMENT in usages,
            "encryption": may_encrypt(self.certificate),
            "authentication": Usage.AUTHENTICATION in usages and not may_encrypt(self.certificate),
        }
        return tuple(name for name, is_so in may.items() if is_so)


@value_class
class Expiry:
    """A certificate that ends soon, or has ended, and that nothing has taken the place of."""

    entry: Entry
    #: The warning that is due: at most so many days are left. 0: it has ended.
    days: int
    #: No more warnings follow before the end.
    is_last: bool = False

    @property
    def text(self) -> str:
        """Return what to tell an operator. Nothing personal."""
        certificate = self.entry.certificate
        whose = "Our own certificate" if self.entry.role is Role.OWN else "A partner's certificate"
        named = f"{whose} for {' and '.join(self.entry.uses)} ({self.entry.path.name}, serial {certificate.serial})"
        if not self.days:
            return f"{named} ended on {certificate.valid_until:%Y-%m-%d}."
        return f"{named} ends on {certificate.valid_until:%Y-%m-%d}, in less than {self.days} days."


@value_class
class CertificateStore:
    """Everything an installation has, read once."""

    #: The newest first.
    own: tuple[Entry, ...] = ()
    partners: tuple[Entry, ...] = ()
    issuers: tuple[Entry, ...] = ()

    @classmethod
    def load(
        cls,
        *,
        own: Path | None = None,
        partners: Path | None = None,
        roots: Path | None = None,
        passphrase: bytes | None = None,
    ) -> Self:
        """Read the folders that are named; raises ConfigError for the first file that cannot be used."""
        pairs = own_entries(_listing(own, _PKCS12 | _KEYS | _CERTIFICATES), passphrase) if own else []
        return cls(
            own=tuple(sorted(pairs, key=lambda entry: entry.certificate.valid_from, reverse=True)),
            partners=tuple(_entries(partners, Role.PARTNER)) if partners else (),
            issuers=tuple(_entries(roots, Role.ISSUER)) if roots else (),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all of them."""
        return (*self.own, *self.partners, *self.issuers)

    def is_renewed(self, entry: Entry) -> bool:
        """Tell whether another certificate of the same holder, for the same, ends later."""
        rivals: Sequence[Entry] = self.own if entry.role is Role.OWN else self.partners
        return any(
            rival.certificate.valid_until > entry.certificate.valid_until
            and rival.uses == entry.uses
            and _holder(rival) == _holder(entry)
            for rival in rivals
        )

    def opening(self) -> tuple[Pair, ...]:
        """Return the pairs by which contents are decrypted, those that have ended too: senders are slow."""
        return tuple(entry.pair for entry in self.own if entry.pair and may_encrypt(entry.certificate))

    def signing(self, at: datetime) -> Pair | None:
        """Return the newest pair to sign with that is valid at a moment, or None."""
        signers = (entry for entry in self.own if Usage.COMMITMENT in entry.certificate.usages)
        return next((entry.pair for entry in signers if entry.certificate.is_valid_at(at)), None)

    def expiring(self, now: datetime, days: Iterable[int] = WARNING_DAYS) -> tuple[Expiry, ...]:
        """Return what ends within the most of these days, the first to end first; what is renewed is left out.

        Issuers are not among them: they outlive what they issue.
        """
        steps = sorted({0, *days})
        soon = []
        for entry in (*self.own, *self.partners):
            left = entry.certificate.valid_until - now
            due = next((step for step in steps if left <= timedelta(days=step)), None)
            if due is not None and not self.is_renewed(entry):
                soon.append(Expiry(entry=entry, days=due, is_last=due in steps[:2]))
        return tuple(sorted(soon, key=lambda one: one.entry.certificate.valid_until))


def _holder(entry: Entry) -> object:
    """Return what stays when a certificate is renewed: for us our number, for partners the whole name."""
    own_number = entry.certificate.organisation_number if entry.role is Role.OWN else None
    return own_number or entry.certificate.x509.subject


def _entries(folder: Path, role: Role) -> list[Entry]:
    found = []
    for path in _listing(folder, _CERTIFICATES):
        try:
            found += [Entry(role=role, certificate=one, path=path) for one in read_certificates(path)]
        except (OSError, CertificateUnreadable) as error:
            raise _unusable(path, error, "Put certificates there as PEM or DER, and nothing else.") from None
    return found


def own_entries(paths: Iterable[Path], passphrase: bytes | None) -> list[Entry]:
    """Return pairs from PKCS #12 files, and from PEM files of which keys and certificates find each other.

    Raises ConfigError for the first file that cannot be used.
    """
    found: list[Entry] = []
    keys: list[tuple[Path, rsa.RSAPrivateKey]] = []
    certificates: list[tuple[Path, Certificate]] = []
    for path in paths:
        try:
            if path.suffix.lower() in _PKCS12:
                found.append(_from_pkcs12(path, passphrase))
                continue
            key, beside = _from_pem(path, passphrase)
        except (OSError, CertificateUnreadable, KeyUnusable) as error:
            raise _unusable(path, error, f"Its passphrase stands in passphrase_file, or in {ENVIRONMENT}.") from None
        keys += [(path, key)] if key else []
        certificates += [(path, one) for one in beside]
    return [*found, *_matched(keys, certificates)]


def _from_pem(path: Path, passphrase: bytes | None) -> tuple[rsa.RSAPrivateKey | None, list[Certificate]]:
    data = path.read_bytes()
    if b"PRIVATE KEY-----" not in data:
        return None, list(certificates_in(data))
    key = load_key(path, passphrase if b"ENCRYPTED" in data else None)
    return key, list(certificates_in(data)) if b"-----BEGIN CERTIFICATE-----" in data else []


def _matched(
    keys: Sequence[tuple[Path, rsa.RSAPrivateKey]], certificates: Sequence[tuple[Path, Certificate]]
) -> Iterator[Entry]:
    """Yield the certificates with their keys; raises ConfigError where one lacks the other. Issuers need none."""
    by_public = {_public(key.public_key()): key for _, key in keys}
    used = set()
    for path, certificate in certificates:
        public = _public(certificate.public_key)
        if key := by_public.get(public):
            used.add(public)
            yield Entry(role=Role.OWN, certificate=certificate, path=path, pair=Pair(key, certificate))
        elif not _is_issuer(certificate):
            raise _unusable(path, "there is no key for the certificate in it", "Put its key beside it, as PEM.")
    for path, key in keys:
        if _public(key.public_key()) not in used:
            raise _unusable(path, "there is no certificate for the key in it", "Put its certificate beside it.")


def _from_pkcs12(path: Path, passphrase: bytes | None) -> Entry:
    try:
        bundle = pkcs12.load_pkcs12(path.read_bytes(), passphrase)
    except ValueError:
        raise KeyUnusable("The file cannot be read, or its passphrase is another.") from None
    if not isinstance(bundle.key, rsa.RSAPrivateKey) or bundle.cert is None:
        raise KeyUnusable("There is no RSA key with a certificate in the file.")
    certificate = Certificate.of(bundle.cert.certificate.public_bytes(Encoding.DER))
    return Entry(role=Role.OWN, certificate=certificate, path=path, pair=Pair(bundle.key, certificate))


def _listing(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    except OSError as error:
        raise _unusable(folder, error, "Make the folder, or take it out of [trust].") from None


def _public(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_issuer(certificate: Certificate) -> bool:
    try:
        Anchors([certificate])
    except ValueError:
        return False
    return True


def _unusable(path: Path, why: object, hint: str) -> ConfigError:
    if isinstance(why, OSError):
        why = why.strerror or type(why).__name__
    return ConfigError(f"{path}: {str(why).removeprefix(f'{path}: ').rstrip('.')}.", hint=hint)
