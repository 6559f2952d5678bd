"""Signed messages: a genuine one, and what can be wrong with a signature. The keys are for test only."""

from __future__ import annotations

from pathlib import Path

from recipes.base import edited, plain, recipe, spec, with_, written

from adapter.trust.algorithms import EXCLUSIVE, INCLUSIVE, Canonicalization
from adapter.trust.certificate import read_certificates
from adapter.trust.keys import load_key
from adapter.trust.signature import sign

KEYS = Path(__file__).parent / "keys"


def signed(data: bytes, signer: str, form: Canonicalization = INCLUSIVE) -> bytes:
    """Return a message signed by one of the signers."""
    certificate = read_certificates(KEYS / f"TEST-ONLY-{signer}.pem")[0]
    return sign(data, load_key(KEYS / f"TEST-ONLY-{signer}.key.pem"), certificate.x509, canonicalization=form)


@recipe("henvisning-2.0-med-signatur.xml")
def _(name: str) -> bytes:
    return signed(written(name, plain("2.0")), "organisation")


@recipe("henvisning-2.0-signatur-endret-etterpa.xml")
def _(name: str) -> bytes:
    return edited(signed(written(name, plain("2.0")), "organisation"), ("<GenDate>2026-03-02T", "<GenDate>2026-03-01T"))


@recipe("henvisning-2.0-signatur-oyeblikkelig-hjelp.xml")
def _(name: str) -> bytes:
    table = with_(plain("2.0"), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority")
    data = signed(written(name, table), "organisation")
    return edited(data, ("<GenDate>2026-03-02T", "<GenDate>2026-03-01T"))


@recipe("henvisning-2.0-signatur-utlopt-sertifikat.xml")
def _(name: str) -> bytes:
    return signed(written(name, plain("2.0")), "expired")


@recipe("henvisning-2.0-signatur-ukjent-utsteder.xml")
def _(name: str) -> bytes:
    return signed(written(name, plain("2.0")), "stranger")


@recipe("dialogmelding-1.0-signert-i-fellesformat.xml")
def _(name: str) -> bytes:
    data = signed(written(name, spec("dialogmelding-1.0-nav") | {"attachments": []}), "person", EXCLUSIVE)
    inner = data.decode().split("?>\n", 1)[1]
    return f'<EI_fellesformat xmlns="http://www.nav.no/xml/eiff/2/">{inner}</EI_fellesformat>\n'.encode()
