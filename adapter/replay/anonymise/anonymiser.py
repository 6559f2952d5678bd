"""A set of messages without the people in it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from lxml import etree

from adapter.errors import FormError
from adapter.message.identity import IdentityNumber, Sex
from adapter.replay.anonymise import markup, standing
from adapter.replay.anonymise.filler import Filler
from adapter.replay.anonymise.key import Key
from adapter.replay.anonymise.markup import ATTRIBUTE, Part, Token
from adapter.replay.anonymise.place import Place
from adapter.replay.anonymise.placeholder import placeholder, type_of
from adapter.replay.anonymise.protocol import Protocol
from adapter.replay.anonymise.pseudonyms import NAV, Pseudonyms
from adapter.replay.anonymise.values import Values
from adapter.replay.remint import decoded
from adapter.wire.parse import parse

_SEEN = re.compile(r"\w{4,}")
#: Elements that hold bytes, and what bytes look like where they stand elsewhere.
_BYTES = frozenset({"Base64Container"})
_BASE64 = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?:[A-Za-z0-9+/]\s*+){24,}+(?:=\s*+){0,2}", re.DOTALL)
#: In this encoding any bytes are a text, so what is in no other is read in it.
_LAST_RESORT = "latin-1"
_TO_PRIVATE = {code: 0xE000 + code for code in range(0x80, 0x100)}
_FROM_PRIVATE = {private: code for code, private in _TO_PRIVATE.items()}
_BLANK = re.compile(r"\s+")
_SIGNATURE = "Signature"
#: Messages inside attachments inside messages: no deeper.
_DEEPEST = 3
_MANY = 20
_REPLACED_TYPES = frozenset({"PDF", "PNG", "JPEG", "TIFF"})
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
        return _Document(self._pseudonyms, self._filler, protocol, 0).whole(data)


class _Document:
    """One document: a message, or one inside an attachment."""

    def __init__(self, pseudonyms: Pseudonyms, text: Filler, protocol: Protocol, depth: int) -> None:
        self._pseudonyms = pseudonyms
        self._filler = text
        self._protocol = protocol
        self._depth = depth
        self._values = Values(pseudonyms, text, protocol)
        self._open: list[str] = []

    def whole(self, data: bytes) -> bytes:
        text, encoding = decoded(data)
        if encoding == _LAST_RESORT:
            # bytes that are wrong in the declared encoding must stay so: they are no letters, and stay
            return (
                self._text(text.translate(_TO_PRIVATE)).translate(_FROM_PRIVATE).encode(encoding, "xmlcharrefreplace")
            )
        return self._text(text).encode(encoding, "xmlcharrefreplace")

    def _text(self, text: str) -> str:
        return "".join(self._replaced(_unsigned(markup.tokens(self._silent(text)), self._protocol)))

    def _silent(self, text: str) -> str:
        """Take comments and processing instructions out first: they can stand in the middle of a value."""
        return "".join(map(self._without_remark, markup.tokens(text)))

    def _without_remark(self, token: Token) -> str:
        is_declaration = token.raw.startswith("<?xml") and token.raw[5:6].isspace()
        if token.part is Part.COMMENT:
            self._protocol.count("comments and processing instructions")
            return markup.without_remark(token.raw)
        if token.part is Part.INSTRUCTION and not is_declaration:
            self._protocol.count("comments and processing instructions")
            return markup.line_breaks(token.raw)
        return token.raw

    def _replaced(self, found: Iterable[Token]) -> Iterator[str]:
        for token in found:
            match token.part:
                case Part.START:
                    yield self._start(token)
                case Part.END:
                    self._close(token.name)
                    yield token.raw
                case Part.TEXT:
                    yield self._written(token.raw)
                case Part.CDATA:
                    yield f"<![CDATA[{self._value(token.raw[9:-3]).replace(']]>', ']] >')}]]>"
                case Part.DOCTYPE:
                    self._protocol.count("document types")
                    yield markup.QUOTED.sub(lambda found: self._filled(found[0]), token.raw)
                case _:
                    yield token.raw

    def _start(self, token: Token) -> str:
        if not standing.is_declared(token.name):
            self._protocol.ask("an element that no standard here knows; its name stays, its texts were replaced")
        system = next(
            (found[4][1:-1] for found in ATTRIBUTE.finditer(token.raw) if found[2] == "S"),
            None,
        )
        parent = self._open[-1] if self._open else ""
        if not token.is_closed:
            self._open.append(token.name)

        def other(found: re.Match[str]) -> str:
            blank, name, equals, quoted = found.groups()
            prefix, _, local = name.rpartition(":")
            old, units = markup.read(quoted[1:-1])
            if "xmlns" in {prefix, name}:
                return f"{blank}{name}{equals}{quoted[0]}{self._namespace(quoted[1:-1])}{quoted[0]}"
            place = Place(element=token.name, parent=parent, attribute=local, is_prefixed=bool(prefix), system=system)
            new = self._values.replaced(old, place)
            return f"{blank}{name}{equals}{quoted[0]}{markup.written(new, old, units)}{quoted[0]}"

        return ATTRIBUTE.sub(other, token.raw)

    def _namespace(self, name: str) -> str:
        """Return another unknown namespace for one that is unknown."""
        if not name or standing.is_namespace(name):
            return name
        self._protocol.ask("a namespace that no standard here knows; it was replaced")
        return self._pseudonyms.scrambled(name)

    def _filled(self, raw: str) -> str:
        old, units = markup.read(raw)
        return markup.written(self._filler.text(old), old, units)

    def _close(self, name: str) -> None:
        if name in self._open:
            while self._open.pop() != name:
                pass

    def _written(self, raw: str) -> str:
        if raw.isspace():
            return raw
        old, units = markup.read(raw)
        return markup.written(self._value(old), old, units)

    def _value(self, text: str) -> str:
        element = self._open[-1] if self._open else ""
        if element in _BYTES or _BASE64.fullmatch(text.strip()):
            return self._encoded(text)
        return self._values.replaced(text, Place(element=element, parent=self._open[-2] if len(self._open) > 1 else ""))

    # --- Attachments ----------------------------------------------------------------------------------------------

    def _encoded(self, text: str) -> str:
        bare = _BLANK.sub("", text)
        try:
            old = base64.b64decode(bare, validate=True)
        except binascii.Error:
            self._protocol.ask("an attachment that is no base64; its letters were replaced")
            return self._pseudonyms.scrambled(text)
        if not old:
            return text
        new = base64.b64encode(self._attachment(old)).decode("ascii")
        if len(new) != len(bare):
            return new
        if text == bare:
            return new
        following = iter(new)
        return "".join(sign if sign.isspace() else next(following) for sign in text)

    def _attachment(self, data: bytes) -> bytes:
        kind = type_of(data)
        if kind is not None:
            self._protocol.count(f"attachments ({kind})")
            if kind not in _REPLACED_TYPES:
                self._protocol.ask(f"an attachment of the type {kind}; only its first bytes are left")
            return placeholder(data)
        text, encoding = decoded(data)
        if any(ord(sign) < ord(" ") and sign not in "\t\r\n\f" for sign in text):
            self._protocol.count("attachments (unknown)")
            self._protocol.ask("an attachment of unknown type; only its first bytes are left")
            return placeholder(data)
        if text.lstrip("\ufeff \t\r\n").startswith("<") and self._depth < _DEEPEST:
            self._protocol.count("attachments (XML)")
            return _Document(self._pseudonyms, self._filler, self._protocol, self._depth + 1).whole(data)
        self._protocol.count("attachments (text)")
        return self._filler.text(text).encode(encoding, "replace")


def _unsigned(found: Iterable[Token], protocol: Protocol) -> Iterator[Token]:
    """Yield the pieces of a document without its signatures, which say who signed; the lines stay."""
    depth = 0
    for token in found:
        if token.name == _SIGNATURE and token.part is Part.START:
            if not depth:
                protocol.count("signatures")
            depth += not token.is_closed
        elif not depth:
            yield token
            continue
        if token.name == _SIGNATURE and token.part is Part.END:
            depth -= 1
        if breaks := markup.line_breaks(token.raw):
            yield Token(Part.TEXT, breaks)


def _words(data: bytes, depth: int = 0) -> Iterator[str]:
    """Yield the words and numbers of a message in small letters, attachments too."""
    text, _ = decoded(data)
    for token in markup.tokens(text):
        if token.part is Part.TEXT and depth < _DEEPEST and _BASE64.fullmatch(token.raw.strip()):
            bare = _BLANK.sub("", token.raw)
            inner = base64.b64decode(bare) if len(bare) % 4 == 0 else b""
            if type_of(inner) is None:
                yield from _words(inner, depth + 1)
            continue
        said, _ = markup.read(token.raw)
        lower = said.lower()
        yield from _SEEN.findall(lower)
        yield from (bare for part in lower.split() if len(bare := part.strip("<>\"'=/")) >= _MANY)


def _sexes(data: bytes) -> Iterator[tuple[str, Sex]]:
    """Yield given names in small letters, with the sex that the number or a code beside them says."""
    try:
        root = parse(data)
    except FormError:
        return
    for element in root.iter("{*}GivenName", "{*}Fornavn"):
        parent = element.getparent()
        sex = _sex(parent) if parent is not None else None
        if sex is not None and element.text:
            yield from ((word, sex) for word in element.text.lower().split())


def _sex(person: etree._Element) -> Sex | None:
    above = person.getparent()
    # a name element stands beside the number, not around it, in the forms to NAV
    scopes = [person] if etree.QName(person).localname != "Navn" or above is None else [above]
    for scope in scopes:
        for element in scope.iter():
            said = IdentityNumber.of((element.text or "").strip()).sex
            code = _CODE_OF_SEX.get(element.get("V", "")) if etree.QName(element).localname == "Sex" else None
            if said is not None or code is not None:
                return said or code
    return None
