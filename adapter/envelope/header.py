"""What an ebXML header says: who to whom, about what, in which conversation (HIS 1037, 6.2; HITS 1171)."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime

from adapter.message.code import Moment
from adapter.values import value_class

#: The type of a PartyId that is a HER-id.
HER = "HER"
#: The service of everything that message servers say to each other.
SIGNAL_SERVICE = "urn:oasis:names:tc:ebxml-msg:service"
ACKNOWLEDGMENT, MESSAGE_ERROR, PING, PONG = "Acknowledgment", "MessageError", "Ping", "Pong"
STATUS_REQUEST, STATUS_RESPONSE = "StatusRequest", "StatusResponse"
#: Meant for the server that a message reaches next, not for the one it is for; such blocks are not signed.
NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
NEXT = "http://schemas.xmlsoap.org/soap/actor/next"
VERSION = "2.0"

_DIGITS = re.compile(r"[0-9]{1,10}")
#: The part before "@" and the one behind it, of letters that need no quotes (RFC 2822, 3.6.4).
_RFC_2822 = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\[\]:-]+")
_LONGEST_ID = 255
_BY_HER_IDS = re.compile(r"([0-9]+)_([0-9]+)(?:_[0-9]+)?")
#: An agreement that a partner names by itself, such as `nav:12345` or `nav:qass:35065` (HIS 1037, 6.2.1).
_NAMED_AGREEMENT = re.compile(r"[a-z]{1,20}(?::[A-Za-z0-9-]{1,20}){1,2}")


@value_class(kw_only=False)
class PartyId:
    """A number by which a party is known."""

    value: str = ""
    #: "HER", "ENH" and others; None where the value says it itself.
    kind: str | None = None


@value_class(kw_only=False)
class Side:
    """One of the two parties, as the header names it."""

    party_ids: tuple[PartyId, ...] = ()
    role: str | None = None

    @classmethod
    def of(cls, her_id: str, role: str | None = None) -> Side:
        """Return a party known by its HER-id."""
        return cls((PartyId(her_id, HER),), role)

    @property
    def her_id(self) -> str | None:
        """Return the HER-id, or None where there is none or more than one."""
        found = [one.value for one in self.party_ids if one.kind == HER]
        return found[0].strip() if len(found) == 1 and found[0].strip() else None


@value_class(kw_only=False)
class Service:
    """What a conversation is about."""

    value: str = ""
    #: Needed where the value is a code and no address.
    kind: str | None = None


@value_class(kw_only=False)
class Description:
    """Text for people or, by HITS 1210, about the programs that made the message."""

    text: str = ""
    language: str | None = None


@value_class
class MessageHeader:
    """The block that every message has."""

    sender: Side = Side()
    receiver: Side = Side()
    #: The agreement that the message is sent by.
    cpa_id: str = ""
    conversation_id: str = ""
    service: Service = Service()
    action: str = ""
    message_id: str = ""
    timestamp: Moment | None = None
    #: The message that an error is about. Messages with content have none, though NAV writes it there too.
    ref_to_message_id: str | None = None
    #: Later than this nobody wants the message any more.
    time_to_live: Moment | None = None
    eliminates_duplicates: bool = False
    descriptions: tuple[Description, ...] = ()


@value_class(kw_only=False)
class AckRequested:
    """The wish for a receipt of the transport."""

    is_signed: bool = True
    actor: str | None = None


@value_class(kw_only=False)
class Schema:
    """The standard of a document that is carried, and its version (HITS 1210)."""

    location: str = ""
    version: str | None = None


@value_class(kw_only=False)
class PayloadReference:
    """A document that is carried, by the address of its part."""

    #: "cid:" and the part's Content-ID.
    href: str = ""
    schemas: tuple[Schema, ...] = ()
    descriptions: tuple[Description, ...] = ()


@value_class
class Software:
    """The programs that a message went through before it was sent (HITS 1210, 6.2.2)."""

    server: str
    server_version: str
    #: The system that made the document.
    system: str | None = None
    system_version: str | None = None
    middleware: str | None = None
    middleware_version: str | None = None

    def description(self) -> Description:
        """Return it as it stands in the header."""
        known = {name: value for name, value in zip(_NAMES, self._values(), strict=True) if value}
        return Description(json.dumps(known, ensure_ascii=False), "NO")

    def _values(self) -> tuple[str | None, ...]:
        return (
            *(self.server, self.server_version, self.system, self.system_version),
            *(self.middleware, self.middleware_version),
        )


@value_class
class Stamp:
    """What every new envelope gets of whoever makes it."""

    #: Of the envelope, not of the message inside: a new UUID.
    message_id: str
    #: An aware time.
    at: datetime
    software: Software

    @property
    def timestamp(self) -> Moment:
        """Return the time as it stands in the header."""
        return utc(self.at)


def utc(at: datetime) -> Moment:
    """Return an aware time as ebXML writes it: in UTC and whole seconds."""
    return Moment(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


_NAMES = ("MSH-system", "MSH-versjon", "fagsystem", "fagsystem-versjon", "mellomvare", "mellomvare-versjon")


def software_of(descriptions: tuple[Description, ...]) -> dict[str, object] | None:
    """Return what the first description that is a JSON object says, by the names of HITS 1210; None without one.

    One comma too many at the end is overlooked: an official example has it.
    """
    for description in descriptions:
        text = re.sub(r",\s*}\s*$", "}", description.text.strip())
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            return said
    return None


def is_digits(her_id: str) -> bool:
    """Tell whether a HER-id is nothing but digits, as in the register."""
    return _DIGITS.fullmatch(her_id) is not None


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def is_message_id(text: str) -> bool:
    """Tell whether a text can be the id of a message: a UUID, or in the form of a mail's (HITS 1172, rule 102)."""
    return is_uuid(text) or (
        len(text) <= _LONGEST_ID and _RFC_2822.fullmatch(text.removeprefix("<").removesuffix(">")) is not None
    )


def cpa_id(one: str, other: str) -> str:
    """Return the CPAId of two parties without an agreement: both HER-ids, the lower one first."""
    low, high = sorted((one, other), key=lambda her_id: (len(her_id.lstrip("0")), her_id.lstrip("0")))
    return f"{low}_{high}"


def is_cpa_id(text: str) -> bool:
    """Tell whether a CPAId is a UUID or two HER-ids, the lower one first, maybe with a number (rule 12)."""
    found = _BY_HER_IDS.fullmatch(text)
    return is_uuid(text) or (found is not None and cpa_id(found[1], found[2]) == f"{found[1]}_{found[2]}")


def is_named_agreement(text: str) -> bool:
    """Tell whether a CPAId names an agreement by its maker, as HIS 1037 allows and rule 12 does not."""
    return _NAMED_AGREEMENT.fullmatch(text) is not None
