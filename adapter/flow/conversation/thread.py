"""The messages of a conversation, each with the ids it has and the ids it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from adapter.flow.context import Earlier
from adapter.flow.references import CONVERSATION, DOCUMENT_ID, MSG_ID, PARENT
from adapter.message.message import Kind
from adapter.message.state import MessageState
from adapter.values import value_class

#: States of messages that count for nothing in a conversation: nobody has read them, or nobody will.
_VOID = frozenset({MessageState.REJECTED, MessageState.QUARANTINED, MessageState.IGNORED})

FORWARDING = "HENVISNING_VIDERE"


def is_among(topic: str, topics: Iterable[str]) -> bool:
    """Tell whether a topic is one of these: "9148/2", or any of a whole list as "9148/"."""
    return any(topic == wanted or (wanted.endswith("/") and topic.startswith(wanted)) for wanted in topics)


@value_class(kw_only=False)
class Member:
    """One message of a conversation."""

    facts: Earlier
    msg_ids: frozenset[str]
    document_ids: frozenset[str]
    names: frozenset[str]

    @property
    def number(self) -> int:
        """Return its number in the store."""
        return self.facts.message_id

    @property
    def ids(self) -> frozenset[str]:
        """Return every id others may name it by."""
        return self.msg_ids | self.document_ids

    @property
    def is_here(self) -> bool:
        """Tell whether people have it, or will."""
        return not self.is_void and not self.is_parked

    @property
    def is_void(self) -> bool:
        """Tell whether it counts for nothing."""
        return self.facts.state in _VOID

    @property
    def is_parked(self) -> bool:
        """Tell whether it waits for another message."""
        return self.facts.state is MessageState.PARKED

    @property
    def is_referral(self) -> bool:
        """Tell whether it is a referral or a change of one."""
        return self.facts.kind == Kind.HENVISNING and self.facts.service_type != "C"

    @property
    def is_forwarding(self) -> bool:
        """Tell whether it is a referral that somebody sent on."""
        return self.is_referral and self.facts.type == FORWARDING

    def is_between(self, sender: str, receiver: str) -> bool:
        """Tell whether it went from one party to another."""
        return (self.facts.sender_party, self.facts.receiver_party) == (sender, receiver)

    def is_about(self, *topics: str) -> bool:
        """Tell whether it is a dialogue message of one of the topics."""
        return is_among(self.facts.topic or "", topics)


class Thread:
    """What is known from before, message by message, oldest first."""

    __slots__ = ("members",)

    def __init__(self, members: Iterable[Member] = ()) -> None:
        """Take the messages."""
        self.members = tuple(members)

    @classmethod
    def of(cls, earlier: Iterable[Earlier]) -> Thread:
        """Gather what was found by many ids into messages."""
        rows: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        facts: dict[int, Earlier] = {}
        for found in earlier:
            if found.kind != Kind.APPREC:
                facts[found.message_id] = found
                rows[found.message_id][found.role].add(found.key)
        return cls(
            Member(
                facts[number],
                msg_ids=frozenset(keys[MSG_ID]),
                document_ids=frozenset(keys[DOCUMENT_ID]),
                names=frozenset(keys[PARENT] | keys[CONVERSATION]) - keys[MSG_ID],
            )
            for number, keys in sorted(rows.items())
        )

    def with_ids(self, keys: frozenset[str]) -> tuple[Member, ...]:
        """Return the messages that people have and that have one of these ids."""
        return tuple(member for member in self.members if member.is_here and not keys.isdisjoint(member.ids))

    def naming(self, keys: frozenset[str]) -> tuple[Member, ...]:
        """Return the messages that people have and that name one of these ids."""
        return tuple(member for member in self.members if member.is_here and not keys.isdisjoint(member.names))

    def linked(self, keys: frozenset[str]) -> tuple[Member, ...]:
        """Return the messages that people have and that have or name one of these ids."""
        return tuple(
            member for member in self.members if member.is_here and not keys.isdisjoint(member.ids | member.names)
        )

    def versions(self, referral: Member) -> tuple[Member, ...]:
        """Return a referral with its changes and doubles: the same document between the same parties."""
        one = referral.facts
        return tuple(
            member
            for member in self.members
            if member.number == referral.number
            or (
                member.is_referral
                and member.is_here
                and not referral.document_ids.isdisjoint(member.document_ids)
                and (member.facts.sender_party, member.facts.receiver_party) == (one.sender_party, one.receiver_party)
            )
        )

    def referrals_to(self, party: str, keys: frozenset[str]) -> tuple[Member, ...]:
        """Return the referrals that a party has and that these ids mean: their versions, and forwardings of them."""
        meant = [member for member in self.with_ids(keys) if member.is_referral]
        ids = frozenset[str]().union(*(member.ids for member in meant))
        forwarded = [member for member in self.naming(ids) if member.is_forwarding]
        mine = [member for member in (*meant, *forwarded) if member.facts.receiver_party == party]
        return tuple({version.number: version for member in mine for version in self.versions(member)}.values())
