"""Measure what a signed message costs, beside a C program that does only what nobody can leave out.

    python benchmarks/signed.py [--messages 80] [--bits 3072] [--rounds 9]

All do the same to the same messages, one after the other, in turns: parse, validate, canonicalise, digest, verify,
make the AppRec, sign it, append message and AppRec to a log and flush it once for a batch, as large as the one that a
worker takes when enough waits. The second line is ours; the third is ours with all rules, code lists and profiles. The
messages of a batch are judged first and their AppRecs signed after, as the product does: a signature drives the rest
out of the processor's caches.

The fourth is the product: a worker takes a batch from a folder into the store, judges and decides, commits, and brings
message and AppRec to two folders, each a file of its own that is flushed. AppRec has no place for a signature, so the
product signs the envelope around it; here each AppRec is signed beside, as in the other lines.

RSA is told apart: Python's wheel brings an OpenSSL of its own.

The C program (`floor/`) needs libxml2-dev, libssl-dev, pkg-config and a compiler; without them only ours is measured.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pipeline
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.schema import XSD, SchemaSet, read_documents
from adapter.config import load
from adapter.flow.answer import OK, Answer, receipt
from adapter.flow.context import Answering
from adapter.service import logs
from adapter.service.inboxes import BATCH
from adapter.service.parts import Parts
from adapter.service.worker import Fetch, Worker
from adapter.trust import signature
from adapter.trust.chain import Anchors
from adapter.trust.pki import Authority, Pair, Purpose, new_key, organisation_name
from adapter.trust.verifier import Verifier
from adapter.wire import parse, read_tree, write

#: A fixture, and how many elements it is made to have: one of plain text, one dense, each about 20 kB. Henvisning 1.1
#: has no place for a signature.
MESSAGES = (("dialogmelding-1.1-20-kb", 80), ("henvisning-2.0-komplett", 405))
#: Who sends both.
SENDER = "referrer"
GROUP = BATCH
FLOOR = Path(__file__).parent / "floor"
NOW = datetime.now(UTC).replace(microsecond=0)


def grown(data: bytes, elements: int) -> bytes:
    """Return a message with as many elements as it will have with its signature, by saying some of it again."""
    root = parse(data)
    wanted = elements - sum(1 for _ in root.iter()) - _IN_SIGNATURE
    medication = root.find(".//{*}Medication")
    again = root.find(".//{*}TeleCom") if medication is None else medication.getparent()
    for _ in range(wanted // sum(1 for _ in again.iter())):
        again.addnext(deepcopy(again))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


#: The elements of a signature.
_IN_SIGNATURE = 14


def signed(data: bytes, pair: Pair) -> bytes:
    """Return a message signed as a whole."""
    return signature.sign(data, pair.key, pair.certificate.x509)


def ours(anchors: Anchors, *, all_rules: bool) -> Callable[[bytes], bytes]:
    """Return what we do to one message; it returns the receipt."""
    schemas = SchemaSet.load()
    verifier = Verifier(anchors=anchors)
    checker = Checker(schemas, CodeLists.load(), explain=False, verify=verifier.judge)
    policy = Policy(environment="test", profiles=("amo",))
    answering = Answering()

    def judged(data: bytes) -> bytes:
        if all_rules:
            report = checker.check(data, policy, now=NOW)
            message = report.message
            if message is None or report.verdict.value != "accept":
                raise SystemExit(f"a message was not accepted: {[item.rule for item in report.findings]}")
        else:
            root = parse(data)
            if schemas.validate(root):
                raise SystemExit("a message is not valid")
            signature.verify(data, root)
            message = read_tree(root)
        made = receipt(
            message,
            message.receivers[0],
            Answer(OK),
            is_copy=False,
            received_at=NOW,
            now=NOW,
            answering=answering,
        )
        return write(made)

    return judged


def timed(work: Callable[[bytes], bytes], messages: list[bytes], log: Path, pair: Pair) -> dict[str, float]:
    """Return microseconds of wall and CPU a message."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    begun, used = time.perf_counter(), time.process_time()
    for start in range(0, len(messages), GROUP):
        group = messages[start : start + GROUP]
        for data, answer in zip(group, [work(data) for data in group], strict=True):
            os.write(file, data + signed(answer, pair))
        os.fdatasync(file)
    spent = time.perf_counter() - begun, time.process_time() - used
    os.close(file)
    return {"wall": spent[0] / len(messages) * 1e6, "cpu": spent[1] / len(messages) * 1e6}


class Product:
    """The product as it is installed, without the daemon that tells its worker what to do."""

    def __init__(self, work: Path, authority: Authority) -> None:
        """Install it with a root that is trusted."""
        config = pipeline.install(work, trust='roots = "roots"')
        (work / "roots").mkdir()
        (work / "roots" / "root.pem").write_bytes(authority.pair.certificate.x509.public_bytes(Encoding.PEM))
        self._inbox = work / f"var/{SENDER}/to-adapter"
        self._outbox = work / f"var/{SENDER}/from-adapter"
        logs.configure()
        self._parts = Parts.build(load(config))
        for channel in self._parts.channels.values():
            channel.create_folders()
        self._worker = Worker(self._parts, "benchmark")
        #: The receipts of earlier rounds.
        self._before: set[Path] = set()

    def timed(self, data: bytes, number: int, pair: Pair) -> dict[str, float]:
        """Let so many messages with ids of their own go through, and return microseconds of wall and CPU a message."""
        for index in range(number):
            new = defaultdict[bytes, bytes](lambda: str(uuid.uuid4()).encode())
            message = pipeline.UUID.sub(lambda found, new=new: new[found[0]], data)
            (self._inbox / f"{index:05}.xml").write_bytes(signed(message, pair))
        party = next(party for party in self._parts.settings.party if party.id == SENDER)
        items = self._parts.channels[party.channel].listing(number, datetime.now(UTC))
        begun, used = time.perf_counter(), time.process_time()
        outcome = Counter[str]()
        for start in range(0, number, GROUP):
            outcome.update(self._worker.do(Fetch(party.channel, tuple(items[start : start + GROUP]))).counts)
        receipts = [path for path in self._outbox.iterdir() if path not in self._before]
        for path in receipts:
            signed(path.read_bytes(), pair)
        spent = time.perf_counter() - begun, time.process_time() - used
        if outcome != {"accept": number} or len(receipts) != number:
            raise SystemExit(f"not all messages went through: {dict(outcome)}, {len(receipts)} receipts")
        # Nothing is removed: for some seconds ext4 would look through it before it makes a file.
        self._before.update(receipts)
        return {"wall": spent[0] / number * 1e6, "cpu": spent[1] / number * 1e6}


def rsa_cost(pair: Pair) -> float:
    """Return the CPU microseconds of one RSA signature, the dearest step, by Python's OpenSSL."""
    used = time.process_time()
    for _ in range(100):
        pair.key.sign(b"x" * 1000, padding.PKCS1v15(), hashes.SHA256())
    return (time.process_time() - used) / 100 * 1e6


def build_floor(work: Path) -> Path | None:
    """Compile the C program into a folder; None where that cannot be done here."""
    program = work / "floor"
    made = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--silent", "-C", str(FLOOR), f"OUT={program}"],  # noqa: S607 - whichever make there is
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        print("The C program cannot be built here (libxml2-dev, libssl-dev, pkg-config, a compiler).")
        return None
    return program


def write_driver(folder: Path) -> Path:
    """Write our schemas for libxml2 to read from files; return the one that imports all of them."""
    driver = etree.Element(f"{{{XSD}}}schema")
    for number, (namespace, root) in enumerate(read_documents().items()):
        (folder / f"{number}.xsd").write_bytes(etree.tostring(root))
        etree.SubElement(driver, f"{{{XSD}}}import", namespace=namespace, schemaLocation=f"{number}.xsd")
    path = folder / "driver.xsd"
    path.write_bytes(etree.tostring(driver))
    return path


def measure(number: int, bits: int, rounds: int) -> None:
    """Measure in turns and print the medians."""
    since = NOW - timedelta(days=30)
    authority = Authority.root("Benchmark TEST Root", new_key(bits), since=since)
    subject = organisation_name("Benchmark TEST", "999888777")
    pair = authority.issue(subject, new_key(bits), Purpose.SIGNING, since=since, until=NOW + timedelta(days=30))
    anchors = Anchors([authority.pair.certificate])
    works = {"ours": ours(anchors, all_rules=False), "ours, all rules": ours(anchors, all_rules=True)}
    print(f"RSA-{bits}: one signature takes {rsa_cost(pair):.0f} µs in Python's OpenSSL")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        floor, driver, key = build_floor(work), write_driver(work), work / "key.pem"
        key.write_bytes(pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        product = Product(work / "product", authority)
        # As a worker does: what is loaded now lives as long as the process.
        gc.freeze()
        for name, wanted in MESSAGES:
            plain = grown((resources.fixtures() / "messages" / f"{name}.xml").read_bytes(), wanted)
            data = signed(plain, pair)
            path = work / f"{name}.xml"
            path.write_bytes(data)
            elements = sum(1 for _ in parse(data).iter())
            print(f"\n{name}: {len(data)} bytes, {elements} elements, {number} messages, {rounds} rounds, medians")
            found: dict[str, list[dict[str, float]]] = {}
            for _ in range(rounds):
                if floor is not None:
                    command = [floor, key, driver, work / "log", str(GROUP), str(number), path]
                    ran = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
                    found.setdefault("C floor", []).append(json.loads(ran.stdout))
                for label, does in works.items():
                    found.setdefault(label, []).append(timed(does, [data] * number, work / "log", pair))
                found.setdefault("the product", []).append(product.timed(plain, number, pair))
            report(found)


def report(found: dict[str, list[dict[str, float]]]) -> None:
    """Print the medians of each way, and how much more it costs than the first one just before it."""
    first = next(iter(found.values()))
    for label, runs in found.items():
        cpu = statistics.median(one["cpu"] for one in runs)
        wall = statistics.median(one["wall"] for one in runs)
        times = statistics.median(one["cpu"] / other["cpu"] for one, other in zip(runs, first, strict=True))
        print(f"{label:18}{cpu:9.0f} µs CPU {times:7.2f} × {1e6 / cpu:7.0f} /s a core {wall:9.0f} µs wall")
    floor = found.get("C floor")
    if floor:
        stages = [name for name in floor[0] if name not in {"messages", "bad", "wall", "cpu"}]
        print("  of the floor: " + ", ".join(f"{name} {floor[0][name]:.0f}" for name in stages))


def main() -> None:
    """Read the arguments and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--messages", type=int, default=80)
    options.add_argument("--bits", type=int, default=3072)
    options.add_argument("--rounds", type=int, default=9)
    chosen = options.parse_args()
    measure(chosen.messages, chosen.bits, chosen.rounds)


if __name__ == "__main__":
    main()
