"""What is written down of an envelope."""

from __future__ import annotations

from dataclasses import replace

import envelopes

from adapter.envelope import package
from adapter.envelope.header import MessageHeader
from adapter.service.courier.facts import digest_of, facts_of, header_of


def test_a_header_comes_back_as_far_as_an_answer_goes() -> None:
    header = envelopes.header()
    found = header_of(facts_of(envelopes.message()))
    unknown = MessageHeader()
    assert found == replace(
        header,
        timestamp=unknown.timestamp,
        eliminates_duplicates=unknown.eliminates_duplicates,
        descriptions=unknown.descriptions,
    )


def test_an_empty_header_has_no_facts() -> None:
    message = replace(envelopes.message(), header=MessageHeader())
    facts = facts_of(message)
    assert {getattr(facts, name) for name in type(facts).__dataclass_fields__} == {None}
    assert header_of(facts) == MessageHeader()


def test_a_signal_names_what_it_is_about() -> None:
    for data in (envelopes.receipt(), envelopes.error()):
        assert facts_of(package.read(data).message).refers_to == envelopes.MESSAGE_ID


def test_a_digest_tells_one_content_from_another_and_not_one_order_from_another() -> None:
    references = package.read(envelopes.sent()).signed_references
    assert len(references) == 2
    changed = (replace(references[0], digest_value="AAAA"), references[1])
    digests = [digest_of(some) for some in (references, references[::-1], changed, references[:1])]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert digest_of(()) is None
