"""Make the keys that fixtures are signed with: `python tests/make_test_keys.py`.

They are for test only, trusted by nobody, and stand in the project for everyone to read: a signature by RSA with
PKCS #1 v1.5 is the same each time, so that a fixture made again is the same bytes. Making them again makes other keys,
and so every signed fixture anew. The authorities' own keys are thrown away.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapter import resources
from adapter.trust.certificate import Certificate
from adapter.trust.pki import Authority, Purpose, new_key, organisation_name, person_name

KEYS = Path(__file__).parent / "recipes" / "keys"
LONG_AGO, SINCE, UNTIL = (datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2026, 2056))
HOSPITAL = organisation_name("Syntetisk sykehus HF TEST", "999888777")


def main() -> None:
    """Write the keys and certificates of the signers, and the authorities that the signed fixtures trust."""
    root = Authority.root("Budstikke TEST Root for fixtures", new_key(), since=LONG_AGO, years=50)
    issuing = root.intermediate("Budstikke TEST CA for fixtures", new_key(), since=LONG_AGO, years=40)
    stranger = Authority.root("Budstikke TEST Root of a stranger", new_key(), since=LONG_AGO, years=50)
    doctor = person_name("Grønn", "Vits TEST", "565501")
    signers = {
        "organisation": issuing.issue(HOSPITAL, new_key(2_048), Purpose.SIGNING, since=SINCE, until=UNTIL),
        "person": issuing.issue(doctor, new_key(2_048), Purpose.SIGNING, since=SINCE, until=UNTIL),
        "stranger": stranger.issue(HOSPITAL, new_key(2_048), Purpose.SIGNING, since=SINCE, until=UNTIL),
        "expired": issuing.issue(HOSPITAL, new_key(2_048), Purpose.SIGNING, since=LONG_AGO, until=SINCE),
    }
    KEYS.mkdir(exist_ok=True)
    for name, pair in signers.items():
        key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (KEYS / f"TEST-ONLY-{name}.key.pem").write_bytes(key)
        _write(KEYS / f"TEST-ONLY-{name}.pem", pair.certificate)
    trusted = resources.fixtures() / "trust"
    trusted.mkdir(exist_ok=True)
    _write(trusted / "root.pem", root.pair.certificate)
    _write(trusted / "issuing.pem", issuing.pair.certificate)


def _write(path: Path, certificate: Certificate) -> None:
    path.write_bytes(certificate.x509.public_bytes(Encoding.PEM))


if __name__ == "__main__":
    main()
