"""One document, piece by piece: what each piece becomes, and everything else as it was."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from adapter.replay.anonymise import markup, standing
from adapter.replay.anonymise.filler import Filler
from adapter.replay.anonymise.markup import ATTRIBUTE, Part, Token
from adapter.replay.anonymise.place import Place
from adapter.replay.anonymise.placeholder import placeholder, type_of
from adapter.replay.anonymise.protocol import Protocol
from adapter.replay.anonymise.pseudonyms import Pseudonyms
from adapter.replay.anonymise.values import Values
from adapter.replay.remint import decoded

#: Elements that hold bytes, and what bytes look like where they stand elsewhere.
_BYTES = frozenset({"Base64Container"})
BASE64 = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?:[A-Za-z0-9+/]\s*+){24,}+(?:=\s*+){0,2}", re.DOTALL)
#: In this encoding any bytes are a text, so what is in no other is read in it.
_LAST_RESORT = "latin-1"
_TO_PRIVATE = {code: 0xE000 + code for code in range(0x80, 0x100)}
_FROM_PRIVATE = {private: code for code, private in _TO_PRIVATE.items()}
BLANK = re.compile(r"\s+")
_SIGNATURE = "Signature"
#: Messages inside attachments inside messages: no deeper.
DEEPEST = 3
_REPLACED_TYPES = frozenset({"PDF", "PNG", "JPEG", "TIFF"})


class Document:
    """One document: a message, or one inside an attachment."""

    def __init__(self, pseudonyms: Pseudonyms, text: Filler, protocol: Protocol, *, depth: int = 0) -> None:
        """Take what everything becomes, where to count, and inside how many others the document lies."""
        self._pseudonyms = pseudonyms
        self._filler = text
        self._protocol = protocol
        self._depth = depth
        self._values = Values(pseudonyms, text, protocol)
        self._open: list[str] = []

    def whole(self, data: bytes) -> bytes:
        """Return the bytes of the document with everything replaced."""
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
                    yield f"<![CDATA[{self._value(token.raw[9:-3])}]]>"
                case Part.DOCTYPE:
                    self._protocol.count("document types")
                    yield markup.QUOTED.sub(lambda found: self._filled(found[0]), token.raw)
                case _:
                    yield token.raw

    def _start(self, token: Token) -> str:
        if not standing.is_declared(token.name):
            self._protocol.ask("an element that no standard here knows; its name stays, its texts were replaced")
        system = next((found[4][1:-1] for found in ATTRIBUTE.finditer(token.raw) if found[2] == "S"), None)
        parent = self._open[-1] if self._open else ""
        if not token.is_closed:
            self._open.append(token.name)

        def other(found: re.Match[str]) -> str:
            blank, name, equals, quoted = found.groups()
            prefix, _, local = name.rpartition(":")
            old, units = markup.read(quoted[1:-1])
            place = Place(element=token.name, parent=parent, attribute=local, is_prefixed=bool(prefix), system=system)
            new = self._namespace(old) if "xmlns" in {prefix, name} else self._values.replaced(old, place)
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
        if element in _BYTES or BASE64.fullmatch(text.strip()):
            return self._encoded(text)
        return self._values.replaced(text, Place(element=element, parent=self._open[-2] if len(self._open) > 1 else ""))

    # --- Attachments ----------------------------------------------------------------------------------------------

    def _encoded(self, text: str) -> str:
        bare = BLANK.sub("", text)
        try:
            old = base64.b64decode(bare, validate=True)
        except binascii.Error:
            self._protocol.ask("an attachment that is no base64; its letters were replaced")
            return self._pseudonyms.scrambled(text)
        if not old:
            return text
        new = base64.b64encode(self._attachment(old)).decode("ascii")
        if len(new) != len(bare) or text == bare:
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
        if text.lstrip("\ufeff \t\r\n").startswith("<") and self._depth < DEEPEST:
            self._protocol.count("attachments (XML)")
            return Document(self._pseudonyms, self._filler, self._protocol, depth=self._depth + 1).whole(data)
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
