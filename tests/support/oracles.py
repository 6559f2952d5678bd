"""Other implementations of XML Signature, asked for a second opinion. Each is told the signer's certificate or key.

None of them looks at a signature as strictly as the adapter does: what they accept is right by mathematics, not by
shape.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from lxml import etree
from pki import pem

from adapter.errors import SignatureInvalid
from adapter.trust import reference
from adapter.trust.certificate import Certificate
from adapter.trust.pki import Pair
from adapter.wire.parse import parse, parse_whole

_PROGRAM = Path(__file__).parents[1] / "oracle" / "Signatures.java"
NO_PARTS: Mapping[str, bytes] = MappingProxyType({})
_DSIG = "http://www.w3.org/2000/09/xmldsig#"


def signxml(data: bytes, certificate: Certificate) -> bool:
    """Ask signxml, with the defects that it is known for worked around."""
    try:
        reference.verify(parse(data), certificate, {})
    except SignatureInvalid:
        return False
    return True


@cache
def lacks_xmlsec() -> str | None:
    """Tell why python-xmlsec cannot be asked; None where it can.

    It must be built with the very libxml2 that lxml has.
    """
    if importlib.util.find_spec("xmlsec") is None:
        return "python-xmlsec is not installed"
    import xmlsec  # noqa: PLC0415 - it is not everywhere

    if xmlsec.get_libxml_version() != etree.LIBXML_VERSION:
        return f"python-xmlsec has libxml2 {xmlsec.get_libxml_version()}, lxml has {etree.LIBXML_VERSION}"
    return None


def xmlsec(data: bytes, certificate: Certificate) -> bool:
    """Ask python-xmlsec."""
    import xmlsec  # noqa: PLC0415 - it is not everywhere

    node = parse_whole(data).find(f".//{{{_DSIG}}}Signature")
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem(certificate), xmlsec.KeyFormat.CERT_PEM, None)
    try:
        context.verify(node)
    except (xmlsec.Error, TypeError):
        return False
    return True


def sign_with_xmlsec(data: bytes, pair: Pair, form: str, prefix: str | None) -> bytes:
    """Return a message signed by python-xmlsec, from a template of its own making."""
    import xmlsec  # noqa: PLC0415 - it is not everywhere

    root = parse_whole(data)
    methods = {name: getattr(xmlsec.Transform, name) for name in ("C14N", "C14N_COMMENTS", "EXCL_C14N")}
    method = methods[form]
    node = xmlsec.template.create(root, method, xmlsec.Transform.RSA_SHA256, ns=prefix)
    root.append(node)
    added = xmlsec.template.add_reference(node, xmlsec.Transform.SHA256, uri="")
    xmlsec.template.add_transform(added, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(added, method)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(key, xmlsec.KeyFormat.PEM, None)
    context.key.load_cert_from_memory(pem(pair.certificate), xmlsec.KeyFormat.CERT_PEM)
    context.sign(node)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def lacks_xmlsec1() -> str | None:
    """Tell why the command xmlsec1 cannot be asked; None where it can."""
    return None if shutil.which("xmlsec1") else "the command xmlsec1 is not installed"


def xmlsec1(data: bytes, certificate: Certificate, folder: Path, parts: Mapping[str, bytes] = NO_PARTS) -> bool:
    """Ask the command xmlsec1. `parts` are those that came with the message, by their addresses."""
    (folder / "certificate.pem").write_bytes(pem(certificate))
    (folder / "message.xml").write_bytes(data)
    maps: list[str | Path] = []
    for number, (address, octets) in enumerate(parts.items()):
        part = folder / f"part-{number}"
        part.write_bytes(octets)
        maps += [f"--url-map:{address}", part]
    done = subprocess.run(
        ["xmlsec1", "--verify", "--pubkey-cert-pem", folder / "certificate.pem", *maps, folder / "message.xml"],
        capture_output=True,
        check=False,
        timeout=30,
    )
    return done.returncode == 0


@cache
def lacks_jdk() -> str | None:
    """Tell why the JDK cannot be asked; None where it can run a program from its source."""
    if not shutil.which("java"):
        return "java is not installed"
    done = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False, timeout=60)
    return None if "jdk.compiler" in done.stdout else "this java cannot run a program from its source"


def jdk(
    messages: Mapping[str, bytes], folder: Path, parts: Mapping[str, Mapping[str, bytes]] = MappingProxyType({})
) -> dict[str, bool]:
    """Ask the JDK about many messages in one process. `parts` are what came with each, by their addresses."""
    folder.mkdir()
    for name, data in messages.items():
        (folder / f"{name}.xml").write_bytes(data)
        for address, octets in parts.get(name, NO_PARTS).items():
            part = folder / f"{name}.xml.parts" / address.removeprefix("cid:")
            part.parent.mkdir(exist_ok=True)
            part.write_bytes(octets)
    told = _java("verify", folder)
    return {line.split("\t")[0].removesuffix(".xml"): line.endswith("true") for line in told.splitlines()}


def sign_with_jdk(messages: Mapping[str, bytes], pair: Pair, folder: Path) -> dict[str, bytes]:
    """Return messages signed by the JDK in every form."""
    inside, outside = folder / "in", folder / "out"
    inside.mkdir(parents=True)
    outside.mkdir()
    for name, data in messages.items():
        (inside / f"{name}.xml").write_bytes(data)
    keys = folder / "keys.p12"
    encryption = BestAvailableEncryption(b"test")
    keys.write_bytes(pkcs12.serialize_key_and_certificates(b"test", pair.key, pair.certificate.x509, None, encryption))
    _java("sign", inside, outside, keys)
    return {path.stem: path.read_bytes() for path in sorted(outside.iterdir())}


def _java(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["java", "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", _PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
