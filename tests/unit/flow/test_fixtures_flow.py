"""The whole decision about each synthetic message, with the parties of the example configuration.

Where `test_fixtures.py` asks what a message alone comes to, this asks what its sender gets and what is delivered.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from building import Earlier, Sending
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.finding import Severity
from adapter.check.ladder import Checker, Policy
from adapter.check.schema import SchemaSet
from adapter.config import build, load
from adapter.flow.addressing import recipients_of, sender_of
from adapter.flow.context import Arrival, Context
from adapter.flow.decide import decide
from adapter.flow.decision import RELAY, Decision
from adapter.flow.policy import policy_between
from adapter.flow.references import patient_digest, topic_of
from adapter.message import Message
from adapter.message.receipt import Receipt
from adapter.trust.verifier import Verifier
from adapter.wire import read
from adapter.wire.parse import parse

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
MESSAGES = resources.fixtures() / "messages"
INDEX = {
    entry["file"]: entry for entry in tomllib.loads((resources.fixtures() / "index.toml").read_text("utf-8"))["message"]
}
FILES = sorted(INDEX)
WHOLE = [name for name in FILES if INDEX[name]["verdict"] in {"accept", "tolerated", "hold"}]


@dataclass
class House:
    """The checks and decisions of an installation with a memory, and no store."""

    checker: Checker
    schemas: SchemaSet
    context: Context
    earlier: list[Earlier] = field(default_factory=list)
    sendings: dict[int, list[Sending]] = field(default_factory=dict)

    def take(self, data: bytes, number: int = 1) -> Decision:
        """Decide about a message that came by its sender's own channel."""
        report = self.checker.check_by(data, self._policy, now=NOW)
        known = report.message or (report.rescued and read_sender(report.rescued))
        sender = sender_of(known, self.context.register) if known else None
        arrival = Arrival(id=number, channel=sender.channel if sender else "referrer-epj", data=data, received_at=NOW)
        return decide(arrival, report, self.context, earlier=self.earlier, sendings=self.sendings, now=NOW)

    def remember(self, decision: Decision, number: int) -> None:
        """Keep what the store would keep of a decision."""
        message = decision.message
        for role, key in decision.references:
            self.earlier.append(
                Earlier(
                    key=key,
                    role=role,
                    message_id=number,
                    thread=number,
                    state=decision.state,
                    kind=message.kind.value if message else None,
                    type=message.type_code if message else None,
                    service_type=service_type_of(message),
                    topic=topic_of(message) if message else None,
                    patient=patient_digest(message) if message else None,
                    sender_party=decision.sender_party,
                    receiver_party=decision.receiver_party,
                    generated_at=message.generated.instant if message and message.generated else None,
                )
            )
        self.sendings[number] = [
            Sending(100 * number + place, dispatch.party)
            for place, dispatch in enumerate(decision.dispatches)
            if dispatch.made is RELAY
        ]

    def _policy(self, message: Message | None) -> Policy:
        if message is None:
            return Policy()
        register = self.context.register
        receiver = next((found.partner for found in recipients_of(message, register) if found.partner), None)
        return policy_between(Policy(), sender=sender_of(message, register), receiver=receiver)


def service_type_of(message: Message | None) -> str | None:
    referral = message.henvisning if message else None
    return referral.service_type.value if referral and referral.service_type else None


def read_sender(rescued: Any) -> Message:
    return Message(sender=rescued.sender)


@pytest.fixture(scope="module")
def installation() -> Iterator[House]:
    schemas = SchemaSet.load()
    context = build.context(load(resources.example_config()))
    with Checker(schemas, CodeLists.load(), explain=False, verify=Verifier().judge) as checker:
        yield House(checker, schemas, context)


@pytest.fixture
def house(installation: House) -> House:
    return House(installation.checker, installation.schemas, installation.context)


def receipts(decision: Decision) -> list[Message]:
    """Return the receipts a decision makes, as their receiver reads them."""
    return [read(decision.made[issued.made].data) for issued in decision.issued]


def told(receipt: Message) -> dict[str, Any]:
    """Return a receipt as the index writes it."""
    content = receipt.receipt
    assert isinstance(content, Receipt)
    said: dict[str, Any] = {"version": receipt.version, "status": content.status and content.status.value}
    if content.errors:
        said["errors"] = [error.value for error in content.errors]
    return said


@pytest.mark.parametrize("name", FILES)
def test_a_message_is_decided_about_as_the_index_says(house: House, name: str) -> None:
    entry = INDEX[name]
    for number, before in enumerate(entry.get("after", ()), start=1):
        house.remember(house.take((MESSAGES / before).read_bytes(), number), number)

    decision = house.take((MESSAGES / name).read_bytes(), 50)

    rules = {found.rule for found in decision.findings if found.severity.weight >= Severity.WARN.weight}
    expected = entry | entry.get("flow", {})
    assert (decision.verdict, sorted(rules)) == (expected["verdict"], expected["rules"])
    assert {found.rule for found in decision.findings} >= set(entry.get("flow", {}).get("shows", ()))
    answers = [expected["apprec"]] * expected.get("receipts", 1) if "apprec" in expected else []
    assert [told(receipt) for receipt in receipts(decision)] == answers
    assert_well_made(house, decision)


def assert_well_made(house: House, decision: Decision) -> None:
    """Hold everything the adapter writes to the schemas, to the addresses and to the message it is about."""
    for made in decision.made:
        assert house.schemas.validate(parse(made.data)) == (), made.data.decode()
        assert read(made.data) == made.message
    message = decision.message
    for receipt in receipts(decision):
        assert message is not None
        assert message.sender is not None
        assert receipt.receiver is not None
        assert receipt.receiver.her_ids() == message.sender.her_ids()


@pytest.mark.parametrize("name", WHOLE)
def test_the_same_message_again_gets_nothing(house: House, name: str) -> None:
    """HITS 1168 5.4, for every kind of message there is."""
    data = (MESSAGES / name).read_bytes()
    house.remember(house.take(data, 1), 1)

    again = house.take(data, 2)

    assert (again.made, again.dispatches, again.issued) == ((), (), ())


def _draw(names: list[str]) -> st.SearchStrategy[Path]:
    return st.sampled_from([MESSAGES / name for name in names])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_draw(FILES), data=st.data())
def test_whatever_comes_in_what_goes_out_is_valid(house: House, path: Path, data: st.DataObject) -> None:
    """Official unit test 1: a receipt validates, also for a message with any element or attribute gone or changed."""
    house.earlier.clear()
    assert_well_made(house, house.take(mutated(path.read_bytes(), data)))


def mutated(document: bytes, data: st.DataObject) -> bytes:
    """Return a document with a few of its elements and attributes dropped, emptied, doubled or exchanged."""
    try:
        root = parse(document)
    except Exception:  # noqa: BLE001 - the wrecks among the fixtures are damaged enough
        return document
    for _ in range(data.draw(st.integers(1, 4))):
        nodes = [node for node in root.iter() if node.getparent() is not None]
        if not nodes:
            break
        node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
        parent = node.getparent()
        assert parent is not None
        match data.draw(st.sampled_from(["drop", "double", "empty", "attribute", "free text", "text"])):
            case "drop":
                parent.remove(node)
            case "double":
                parent.insert(parent.index(node), etree.fromstring(etree.tostring(node, with_tail=False)))
            case "empty":
                node.text = None
            case "attribute" if node.attrib:
                del node.attrib[data.draw(st.sampled_from(sorted(node.attrib)))]
            case "free text":
                node.set("OT", "annet")
            case _:
                node.text = data.draw(st.sampled_from(["x", "2026-3-2", "2026-03-02T10:00", "20260302T100000Z", "æ\n"]))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
