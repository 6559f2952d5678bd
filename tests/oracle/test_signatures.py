"""Signatures held against signxml, python-xmlsec, the xmlsec1 command and the JDK, on the same inputs.

What one signs every other must verify, and what was changed every one must refuse. Where the adapter refuses what
another accepts, it is for the shape of the signature, and the reason says so.

BUDSTIKKE_SIGNATURE_MUTATIONS sets how many changed messages are tried (a thousand more take ten seconds more).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import oracles
import pytest
from lxml import etree
from pki import World, world
from signing import DSIG, ENVELOPED, EXC, Craft, crafted

from adapter import resources
from adapter.errors import FormError, TrustError
from adapter.trust import c14n, gate
from adapter.trust.algorithms import CANONICALIZATIONS
from adapter.trust.signature import sign, verify
from adapter.wire.parse import parse, parse_whole

MUTATIONS = int(os.environ.get("BUDSTIKKE_SIGNATURE_MUTATIONS", "300"))
MESSAGES = resources.fixtures() / "messages"
NAMES = (
    *("henvisning-2.0-komplett", "dialogmelding-1.0-nav-melding", "dialogmelding-1.1-20-kb", "apprec-1.1-positiv"),
    *("henvisning-1.1-komplett", "henvisning-1.0-iso-8859-1", "henvisning-1.1-utf-16", "dialogmelding-1.1-xhtml"),
)
#: Documents in which the rules of canonical XML are at their most awkward.
AWKWARD = {
    "namespaces": (
        b'<a:r xmlns:a="urn:a" xmlns="urn:d" xmlns:b="urn:b" xmlns:unused="urn:u"><x><y xmlns=""><z/></y>'
        b'<a:q xmlns:a="urn:other" b:k="1" a:k="2" k="3"/><b:t xmlns:b="urn:b" xmlns="urn:d"/></x></a:r>'
    ),
    "xml-attributes": b'<r xml:lang="no" xml:space="preserve" xml:id="i"><x xml:lang="en"> <y/> </x></r>',
    "characters": (
        b'<r a="&#9;&#10;&#13;&quot;&lt;&amp;\'" b=" x  y ">&#13;\r\n\t&gt;]]&gt;<![CDATA[<&>"]]>'
        b"\xc3\xa6\xf0\x9f\x98\x80</r>"
    ),
    "around": b"<?p before?>\n<!-- before -->\n<r>a<!-- in -->b<?in side?>c</r>\n<?p after?><!-- after -->\n",
    "empty": b"<r/>",
}
#: The reasons that are mathematics; all others are about the shape.
MATHEMATICS = ("its digest is another", "with the key of its certificate", "not genuine")


@pytest.fixture(scope="module")
def keys() -> World:
    return world()


@pytest.fixture(scope="module")
def bodies() -> dict[str, bytes]:
    """Return documents of many kinds; `empty` has no place for a crafted signature, so only signers take it."""
    return {name: (MESSAGES / f"{name}.xml").read_bytes() for name in NAMES} | AWKWARD


@pytest.fixture(scope="module")
def signed(keys: World, bodies: dict[str, bytes]) -> dict[str, bytes]:
    """Return messages signed here, in every form, and crafted ones in forms that nothing here writes."""
    pair, made = keys.signing, {}
    for name, body in bodies.items():
        for number, form in enumerate(CANONICALIZATIONS.values()):
            if form.is_newer and name == "xml-attributes":
                continue  # signxml has no Canonical XML 1.1: it writes 1.0 under its name
            made[f"ours-{number}-{name}"] = sign(body, pair.key, pair.certificate.x509, canonicalization=form)
    for prefix in ("", "ds:"):
        for name in ("namespaces", "around"):
            for number, form in enumerate(CANONICALIZATIONS):
                craft = Craft(prefix=prefix, canonicalization=form, transforms=(ENVELOPED, form))
                made[f"crafted-{prefix.strip(':')}{number}-{name}"] = crafted(AWKWARD[name], pair, craft)
    names = f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="b unused"/>'
    kept = b'<r xmlns:b="urn:b" xmlns:unused="urn:u"><x></x></r>'
    craft = Craft(transforms=(ENVELOPED, EXC), inside=((EXC, names),), digested=kept)
    made["crafted-prefixes"] = crafted(b'<r xmlns:b="urn:b" xmlns:unused="urn:u" xmlns:c="urn:c"><x/></r>', pair, craft)
    made["crafted-sha1"] = crafted(AWKWARD["around"], pair, Craft(method=f"{DSIG}rsa-sha1", digest=f"{DSIG}sha1"))
    return made


@pytest.fixture(scope="module")
def changed(signed: dict[str, bytes]) -> dict[str, bytes]:
    """Return signed messages with one small change each, still well-formed, the same ones every time."""
    chance = random.Random(20_261_121)  # noqa: S311 - no secret
    names = sorted(signed)
    made: dict[str, bytes] = {}
    while len(made) < MUTATIONS:
        name = chance.choice(names)
        data = _changed(signed[name], chance)
        if data != signed[name] and _is_other(signed[name], data):
            made[f"{len(made)}-{name}"] = data
    return made


def _changed(data: bytes, chance: random.Random) -> bytes:
    """Return a message with a letter, an attribute, an element or a whole stretch of it changed."""
    root = parse_whole(data)
    # Another certificate is another key: whoever is told the right one would still accept.
    elements = [element for element in root.iter(etree.Element) if not element.tag.endswith("}X509Certificate")]
    element = chance.choice(elements)
    match chance.randrange(7):
        case 0:
            element.text = (element.text or "") + chance.choice(" xæ1\n")
        case 1:
            element.set(chance.choice(["Id", "x", "{urn:new}y"]), "a1")
        case 2 if element is not root:
            element.tail = (element.tail or "") + chance.choice(" x\n")
        case 3 if element is not root:
            element.getparent().remove(element)
        case 4:
            element.insert(0, etree.Element(chance.choice(["new", "{urn:new}new"])))
        case 5 if element.attrib:
            name = chance.choice(list(element.attrib))
            element.set(name, str(element.get(name)) + "1")
        case _:
            text = element.text or ""
            place = chance.randrange(len(text) + 1)
            element.text = text[:place] + chance.choice("AQ=0") + text[place + 1 :]
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def _is_other(before: bytes, after: bytes) -> bool:
    """Tell whether a change is one that a signature must notice, and leaves a signature to be asked about."""
    form = CANONICALIZATIONS["http://www.w3.org/TR/2001/REC-xml-c14n-20010315"]
    roots = [parse(before), parse(after)]
    return next(roots[1].iter(gate.SIGNATURE), None) is not None and (
        c14n.document(roots[0], form) != c14n.document(roots[1], form)
    )


def _ours(data: bytes) -> tuple[bool, str]:
    """Tell whether the adapter takes a signature for genuine, both ways to ask agreeing, and why not."""
    said = []
    for root in (None, parse(data)):
        try:
            verify(data, root, allows_weak=True)
            said.append((True, ""))
        except (TrustError, FormError) as error:
            said.append((False, str(error)))
    assert said[0] == said[1]
    return said[0]


def _need(missing: str | None) -> None:
    if missing is not None:
        pytest.skip(missing)


def test_what_is_signed_here_is_genuine_by_our_own_measure(signed: dict[str, bytes]) -> None:
    assert [name for name, data in signed.items() if not _ours(data)[0]] == []
    assert len(signed) > 80


def test_the_short_way_and_signxml_agree(keys: World, signed: dict[str, bytes], changed: dict[str, bytes]) -> None:
    """What signxml sees, that is: it sees neither what stands around the root, nor xml:lang on it."""
    seen = {name: data for name, data in signed.items() if not name.endswith(("-around", "-xml-attributes", "-sha1"))}
    noticed = {name: data for name, data in changed.items() if name.partition("-")[2] in seen}

    assert len(noticed) > MUTATIONS / 2
    _agree(lambda data: oracles.signxml(data, keys.signing.certificate), seen, noticed)


def test_python_xmlsec_agrees(keys: World, signed: dict[str, bytes], changed: dict[str, bytes]) -> None:
    _need(oracles.lacks_xmlsec())
    _agree(lambda data: oracles.xmlsec(data, keys.signing.certificate), signed, changed)


def test_xmlsec1_agrees(keys: World, signed: dict[str, bytes], changed: dict[str, bytes], tmp_path: Path) -> None:
    """One process for each message, so only some of them."""
    _need(oracles.lacks_xmlsec1())
    some = {name: signed[name] for name in sorted(signed)[::4]}
    _agree(
        lambda data: oracles.xmlsec1(data, keys.signing.certificate, tmp_path),
        some,
        dict(list(changed.items())[:40]),
    )


def test_the_jdk_agrees(signed: dict[str, bytes], changed: dict[str, bytes], tmp_path: Path) -> None:
    _need(oracles.lacks_jdk())
    told = oracles.jdk(signed | changed, tmp_path / "messages")

    assert told.keys() == signed.keys() | changed.keys()
    by_data = {data: told[name] for name, data in (signed | changed).items()}
    _agree(lambda data: by_data[data], signed, changed)


def test_what_the_jdk_signs_is_genuine_here(keys: World, bodies: dict[str, bytes], tmp_path: Path) -> None:
    _need(oracles.lacks_jdk())
    made = oracles.sign_with_jdk(bodies, keys.signing, tmp_path)

    assert [name for name, data in made.items() if not _ours(data)[0]] == []
    assert len(made) == 8 * len(bodies)


@pytest.mark.parametrize("form", ["C14N", "C14N_COMMENTS", "EXCL_C14N"])
@pytest.mark.parametrize("prefix", [None, "ds"])
def test_what_xmlsec_signs_is_genuine_here(
    keys: World, bodies: dict[str, bytes], form: str, prefix: str | None
) -> None:
    _need(oracles.lacks_xmlsec())
    made = {name: oracles.sign_with_xmlsec(body, keys.signing, form, prefix) for name, body in bodies.items()}

    assert [name for name, data in made.items() if not _ours(data)[0]] == []


def _agree(judge: Callable[[bytes], bool], signed: dict[str, bytes], changed: dict[str, bytes]) -> None:
    assert [name for name, data in signed.items() if not judge(data)] == []
    for name, data in changed.items():
        ours, reason = _ours(data)
        theirs = judge(data)
        # Only a change beside what is signed (in KeyInfo, or an attribute of Signature) leaves a genuine signature.
        assert ours == theirs or (theirs and reason and not any(word in reason for word in MATHEMATICS)), (
            name,
            ours,
            theirs,
            reason,
        )
