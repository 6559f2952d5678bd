"""What signxml is told not to do by itself."""

from __future__ import annotations

import logging

import pytest
from pki import World
from signing import BODY, DSIG, Craft, crafted

from adapter.errors import SignatureInvalid, SignatureUnverifiable
from adapter.trust import reference
from adapter.trust.pki import Pair
from adapter.wire.parse import parse, parse_whole

PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"


def test_no_message_is_ever_logged(signer: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG signxml would log the whole canonical message; no level of the root logger opens that."""
    caplog.set_level(logging.DEBUG)
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        reference.verify(parse(crafted(BODY, signer)), signer.certificate, {})
    finally:
        root.setLevel(before)

    assert logging.getLogger("signxml.processor").getEffectiveLevel() >= logging.INFO
    assert "A1578B81" not in caplog.text


def test_an_unprefixed_signature_is_genuine(signer: Pair) -> None:
    """What stock signxml refuses: lxml's wrong form of the SignedInfo."""
    reference.verify(parse(crafted(BODY, signer, Craft(prefix=""))), signer.certificate, {})


def test_an_expired_certificate_is_no_matter_of_mathematics(world: World) -> None:
    pair = world.expired
    reference.verify(parse(crafted(BODY, pair)), pair.certificate, {})


def test_a_changed_message_is_refused(signer: Pair) -> None:
    with pytest.raises(SignatureInvalid, match="InvalidDigest"):
        reference.verify(parse(crafted(BODY, signer).replace(b"Hei", b"Nei")), signer.certificate, {})


@pytest.mark.parametrize("edit", [(b"?>\n", b"?>\n<?around x?>"), (b'xmlns="urn:m"', b'xmlns="urn:m" xml:lang="no"')])
def test_what_signxml_does_not_see_is_not_told_as_wrong(signer: Pair, edit: tuple[bytes, bytes]) -> None:
    data = crafted(BODY.replace(*edit), signer, Craft(method=PSS))

    with pytest.raises(SignatureUnverifiable, match="rare kind"):
        reference.verify(parse_whole(data), signer.certificate, {})


def test_sha_1_is_left_to_the_gate(signer: Pair) -> None:
    reference.verify(parse(crafted(BODY, signer, Craft(method=f"{DSIG}rsa-sha1"))), signer.certificate, {})
