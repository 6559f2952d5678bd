"""What a message says outside its standard: the words that no field of the model took."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import partial
from itertools import groupby
from operator import attrgetter

from lxml import etree

from adapter.errors import FormError
from adapter.message import Message
from adapter.show.page import Block, Item, Notice, line, plain
from adapter.values import value_class
from adapter.wire import fellesformat, read_tree
from adapter.wire.namespaces import XSI
from adapter.wire.parse import parse

_TITLE = "Utenom standarden"
#: Attributes that are read with what they stand beside: the words and the value of a code.
_WORDS = frozenset({"DN", "OT", "V"})
#: Namespaces of attributes that say something about the XML.
_TECHNICAL = frozenset({XSI, "http://www.w3.org/XML/1998/namespace"})
#: Attributes that no page shows: lists and kinds that are told in other words, an order, a misspelt `xmlns:xsd`.
_UNTOLD = frozenset({"S", "adressetype", "kodesystem", "sortering", "xmlxd"})
#: Words that the reader of a Legeerklæring puts in for its codes.
_ADDED = ("Ja", "Nei", "Vet ikke")
#: Stands in no message: characters for private use.
_MARK = "\ue000\ue001\ue000"
#: Each costs as much as to read the message.
_MOST_ASKED = 50
#: More of an element than anyone reads: bytes that are written as letters.
_LONGEST = 10_000
#: Names of elements in a notice.
_MOST_NAMED, _LONGEST_NAME = 5, 60


@value_class(kw_only=False)
class Leftover:
    """An element whose words were not taken, or some of them."""

    #: Names of the elements from below the root to this one.
    path: tuple[str, ...]
    words: str


@value_class(kw_only=False)
class _Piece:
    """One thing that an element itself says: an attribute, or words between its tags."""

    element: etree._Element
    #: The attribute, where a reader needs its name.
    named: str
    value: str
    #: Puts other words in the place of these.
    write: Callable[[str], None]

    @property
    def words(self) -> str:
        return _bare(self.value)

    @property
    def told(self) -> str:
        return f"{self.named}{self.value.strip()}"


def left_out(data: bytes, message: Message) -> tuple[Leftover, ...]:
    """Return what bytes say and the message read from them does not, in the order of the bytes.

    A message that follows its standard has nothing of the kind.
    """
    root = parse(data)
    inner = fellesformat.inner(root) if fellesformat.is_wrapper(root) else None
    said = [piece for element in (root if inner is None else inner).iter(etree.Element) for piece in _said(element)]
    taken, there = Counter(map(_bare, _held(message))), Counter(piece.words for piece in said)
    if message.legeerklaering:
        for word in _ADDED:
            del taken[word]
    missing = [piece for piece in said if taken[piece.words] < there[piece.words]]
    # some of the same words were taken, but which? A large number of them is not worth the time it takes to ask
    is_asked = sum(taken[piece.words] > 0 for piece in missing) <= _MOST_ASKED
    left = [piece for piece in missing if not (taken[piece.words] and is_asked and _is_taken(piece, root))]
    return tuple(
        Leftover(_path(element), "; ".join(piece.told for piece in pieces))
        for element, pieces in groupby(left, attrgetter("element"))
    )


def left_out_notice(leftovers: tuple[Leftover, ...]) -> tuple[Notice, ...]:
    """Return the sentence that says so before anything else, or nothing where nothing was left out."""
    if not leftovers:
        return ()
    names = list(dict.fromkeys(plain(leftover.path[-1])[:_LONGEST_NAME] for leftover in leftovers))
    named = ", ".join(names[:_MOST_NAMED]) + (" og flere" if len(names) > _MOST_NAMED else "")
    elements = "ett element" if len(leftovers) == 1 else f"{len(leftovers)} elementer"
    told = f"Standarden har ikke plass til alt i meldingen: innholdet i {elements} ({named}) står under «{_TITLE}»."
    return (Notice(text=told),)


def left_out_block(leftovers: tuple[Leftover, ...]) -> tuple[Block, ...]:
    """Return what was left out under a heading of its own, each element by where it stands."""
    if not leftovers:
        return ()
    told = line("", "Dette er ikke lest som en del av meldingen og vises så langt det lar seg gjøre.")
    return (Block(_TITLE, (*told, *(item for leftover in leftovers for item in _line(leftover)))),)


def _line(leftover: Leftover) -> tuple[Item, ...]:
    words = leftover.words
    shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST]} … ({len(words)} tegn i alt)"
    return line(plain(" › ".join(leftover.path[-3:])), shown)


def _is_taken(piece: _Piece, root: etree._Element) -> bool:
    """Tell whether the reader takes these very words: whether it takes others that stand in their place."""
    piece.write(_MARK)
    is_taken = any(_MARK in value for value in _held(read_tree(root)))
    piece.write(piece.value)
    return is_taken


def _bare(value: str) -> str:
    """Return a text without what one standard writes around it and another does not."""
    return value.strip().removeprefix("tel:")


def _held(value: object) -> Iterator[str]:
    """Yield all texts that a part of the model holds, those of the XML it carries too."""
    match value:
        case Enum():
            return
        case str():
            yield value
        case tuple():
            for part in value:
                yield from _held(part)
        case bytes():
            yield from _texts_of(value)
        case _ if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                # the whole of a message that is carried on as it came: that is not to have read it
                if field.name != "source":
                    yield from _held(getattr(value, field.name))


def _texts_of(xml: bytes) -> Iterable[str]:
    """Return what an element says that is carried as it is, and the words that stand behind it."""
    try:
        root = parse(b"<any>%b</any>" % xml)
    except FormError:
        return ()
    return [piece.words for element in root.iter(etree.Element) for piece in _said(element)]


def _said(element: etree._Element) -> Iterator[_Piece]:
    """Yield each thing that an element itself says."""
    for name, value in element.attrib.items():
        known, text = etree.QName(name), str(value)
        if text.strip() and known.namespace not in _TECHNICAL and known.localname not in _UNTOLD:
            named = "" if known.localname in _WORDS else f"{known.localname} = "
            yield _Piece(element, named, text, partial(element.set, name))
    if element.text and element.text.strip():
        yield _Piece(element, "", element.text, partial(setattr, element, "text"))
    for child in element:
        if child.tail and child.tail.strip():
            yield _Piece(element, "", child.tail, partial(setattr, child, "tail"))


def _path(element: etree._Element) -> tuple[str, ...]:
    names = [etree.QName(above).localname for above in (element, *element.iterancestors())]
    return tuple(reversed(names[:-1])) or (names[0],)
