"""A set of messages without the people in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from lxml import etree

from adapter.errors import FormError
from adapter.message.identity import IdentityNumber, Sex
from adapter.replay.anonymise import markup
from adapter.replay.anonymise.document import BASE64, BLANK, DEEPEST, Document
from adapter.replay.anonymise.filler import Filler
from adapter.replay.anonymise.key import Key
from adapter.replay.anonymise.markup import Part
from adapter.replay.anonymise.placeholder import type_of
from adapter.replay.anonymise.protocol import Protocol
from adapter.replay.anonymise.pseudonyms import NAV, Pseudonyms
from adapter.replay.remint import decoded
from adapter.wire.parse import parse

_SEEN = re.compile(r"\w{4,}")
#: Pieces of this length can be ids, whatever signs they hold.
_ID_LENGTH = 20
_CODE_OF_SEX = {sex.value: sex for sex in Sex}


class Anonymiser:
    """Replaces everything that could tell of somebody, the same way in all messages of a set."""

    def __init__(
        self,
        messages: Sequence[bytes],
        key: Key,
        *,
        known: Mapping[str, str] | None = None,
        kept: Collection[str] = NAV,
    ) -> None:
        """Take the whole set.

        Args:
            messages: the originals; nothing in them is given out as a pseudonym.
            key: decides what everything becomes.
            known: numbers that the operator maps, such as HER-ids of a test register.
            kept: numbers that stay; NAV's public ones.
        """
        seen = frozenset(word for data in messages for word in _words(data))
        sexes: dict[str, Sex] = {}
        for data in messages:
            sexes.update(_sexes(data))
        self._pseudonyms = Pseudonyms(key, known=known, kept=kept, seen=seen, sexes=sexes)
        self._filler = Filler(key, self._pseudonyms, seen)

    @property
    def offset(self) -> timedelta:
        """By how much all days of the set have moved."""
        return self._pseudonyms.offset

    def anonymise(self, data: bytes, protocol: Protocol) -> bytes:
        """Return a message with everything replaced; what was, is counted in the protocol."""
        return Document(self._pseudonyms, self._filler, protocol).whole(data)


def _words(data: bytes, depth: int = 0) -> Iterator[str]:
    """Yield the words and numbers of a message in small letters, attachments too."""
    text, _ = decoded(data)
    for token in markup.tokens(text):
        if token.part is Part.TEXT and depth < DEEPEST and BASE64.fullmatch(token.raw.strip()):
            bare = BLANK.sub("", token.raw)
            inner = base64.b64decode(bare) if len(bare) % 4 == 0 else b""
            if type_of(inner) is None:
                yield from _words(inner, depth + 1)
            continue
        said, _ = markup.read(token.raw)
        lower = said.lower()
        yield from _SEEN.findall(lower)
        yield from (bare for part in lower.split() if len(bare := part.strip("<>\"'=/")) >= _ID_LENGTH)


def _sexes(data: bytes) -> Iterator[tuple[str, Sex]]:
    """Yield given names in small letters, with the sex that the number or a code beside them says."""
    try:
        root = parse(data)
    except FormError:
        return
    for element in root.iter("{*}GivenName", "{*}Fornavn"):
        person = element.getparent()
        # in the forms to NAV an element of its own holds the names, beside the number
        if person is not None and etree.QName(person).localname == "Navn":
            person = person.getparent()
        sex = next(_said(person), None) if person is not None else None
        if sex is not None and element.text:
            yield from ((word, sex) for word in element.text.lower().split())


def _said(person: etree._Element) -> Iterator[Sex]:
    """Yield what the elements of a person say of the sex."""
    for element in person.iter():
        is_code = etree.QName(element).localname == "Sex"
        code = _CODE_OF_SEX.get(element.get("V", "")) if is_code else None
        said = IdentityNumber.of(element.text or "").sex or code
        if said is not None:
            yield said
