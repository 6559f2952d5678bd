"""What could tell of somebody in a message, and whether any of it is left in another: a second opinion, by a tree.

Nothing here is shared with `adapter.replay.anonymise`: what it calls a code, a name or a text is not asked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from functools import cache

from lxml import etree

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.profile import every
from adapter.replay.anonymise import names

#: Words, numbers and ids; a year of four digits is none of them, since it must be some year.
_WORD = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?!(?:19|20)\d\d(?!\d)|0+(?!\d))\d{4,}|[^\W\d_]{4,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{24,}={0,2}")
#: Attributes that hold codes and the lists they are of, units, and the names of codes.
_CODES = frozenset({"V", "S", "U", "kodeverdi", "kodesystem", "DN"})
#: Elements that hold a person's or an organisation's own in V.
_VALUES = frozenset({"TeleAddress", "DateOfBirth"})
_CODE = re.compile(r"[A-Z]{0,4}\d{0,5}[-.]?[A-Z0-9]{0,4}[+*]?|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[0-2](?:\.\d{1,6})+")
_STRUCTURE = frozenset({"MIGversion", "MimeType"})
_OWN_WORDS = "Vedlegget er fjernet ved anonymisering eksempel example"


def of(messages: Iterable[bytes]) -> set[str]:
    """Return the words, numbers and ids of messages, in small letters, that may not be left anywhere."""
    found: set[str] = set()
    built_of: set[str] = set()
    for data in messages:
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            continue
        found.update(word for value in _values(root) for word in _WORD.findall(value.lower()))
        built_of.update(word for name in _markup(root) for word in _WORD.findall(name.lower()))
    return {word for word in found - built_of - allowed() if not is_keyword(word)}


def _markup(root: etree._Element) -> Iterator[str]:
    """Yield the names of elements, attributes and code lists."""
    for element in root.iter("*"):
        yield from (etree.QName(name).localname for name in (element.tag, *element.attrib))
        yield from (value for name, value in element.attrib.items() if name == "S" and _CODE.fullmatch(value))


def left(traces: set[str], data: bytes, name: str = "") -> set[str]:
    """Return those that stand in a result, its base64 and its name too."""
    words = {word for text in (name, *texts(data)) for word in _WORD.findall(text.lower())}
    return traces & words


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """Yield bytes as text, and every base64 in them decoded."""
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = marks.get(data[:2]) or ("iso-8859-1" if b"ISO-8859-1" in data[:100].upper() else "utf-8")
    text = data.decode(encoding, "replace")
    yield text
    for found in _BASE64.finditer(text) if depth < 3 else ():
        bare = "".join(found[0].split())
        for start in range(4):
            piece = bare[start:]
            try:
                inner = base64.b64decode(piece[: len(piece) // 4 * 4], validate=True)
            except binascii.Error:
                continue
            yield from texts(inner, depth + 1)


@cache
def allowed() -> frozenset[str]:
    """Return the words that may stand in a result by themselves: of schemas, codes, rules and made-up names."""
    lists = CodeLists.load()
    codes = (lists.get(number) for number in lists.numbers)
    said = [text for one in codes if one for pair in one.codes.items() for text in pair]
    said += [str(number) for number in lists.numbers]
    said += [path.read_text(encoding="utf-8") for path in resources.schemas().glob("*.xsd")]
    said += [heading for profile in every() for group in profile.headings.values() for heading in group]
    said += [*names.WOMEN, *names.MEN, *names.PEOPLE, *names.FAMILIES, *names.ORGANISATIONS, *names.STREETS]
    said += [*names.PLACES, *names.ORGANISATION_WORDS, _OWN_WORDS]
    return frozenset(word for text in said for word in _WORD.findall(text.lower()))


def is_keyword(word: str) -> bool:
    """Tell whether a word is one that a rule looks for."""
    patterns = [pattern for profile in every() for pattern in profile.words.values()]
    return any(pattern.search(word) or word in pattern.pattern for pattern in patterns)


def _values(root: etree._Element, depth: int = 0) -> Iterator[str]:
    for element in root.iter():
        if not isinstance(element.tag, str):
            yield element.text or ""
            continue
        name = etree.QName(element).localname
        for key, value in element.attrib.items():
            local = etree.QName(key).localname
            is_code = local in _CODES and name not in _VALUES and _CODE.fullmatch(value.strip())
            if not is_code and local != "schemaLocation":
                yield value
        if name in _STRUCTURE:
            continue
        for text in (element.text, element.tail):
            if not text or not text.strip():
                continue
            if name == "Base64Container":
                yield from _inside(text, depth)
            else:
                yield text


def _inside(text: str, depth: int) -> Iterator[str]:
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        return
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        # of a PDF or a picture only what can be read counts; their own keywords are those of every such file
        if data[:4] not in {b"%PDF", b"\x89PNG", b"\xff\xd8\xff\xe0"}:
            yield data.decode("utf-8", "replace")
        return
    yield from _values(root, depth + 1)
