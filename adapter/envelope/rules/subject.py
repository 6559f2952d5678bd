"""What the rules look at: an ebXML message as it came, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, cast

from lxml import etree

from adapter.envelope import mime, package, soap
from adapter.values import value_class
from adapter.wire.namespaces import EBXML, SOAP, XMLDSIG

_NAMESPACES = {"soap": SOAP, "eb": EBXML, "ds": XMLDSIG}


@value_class
class Subject:
    """A message, read as far as it can be."""

    #: None where there is only an envelope, as a document.
    entity: mime.Entity | None
    #: The part that is the envelope; None where no part is.
    envelope: mime.Part | None
    octets: bytes = field(repr=False)
    root: etree._Element = field(compare=False, repr=False)

    def all(self, path: str) -> list[etree._Element]:
        """Return the elements at a path below the root, in the prefixes soap, eb and ds."""
        return self.root.findall(path, _NAMESPACES)

    def first(self, path: str) -> etree._Element | None:
        """Return the first element at a path, or None."""
        return self.root.find(path, _NAMESPACES)

    def text(self, path: str) -> str:
        """Return the text at a path without blanks around it; "" where there is none."""
        return (self.root.findtext(path, "", _NAMESPACES) or "").strip()

    @property
    def attachments(self) -> tuple[mime.Part, ...]:
        """Return the parts beside the envelope."""
        return tuple(part for part in (self.entity.parts if self.entity else ()) if part is not self.envelope)

    @property
    def package(self) -> package.Package | None:
        """Return the message as a message server reads it, or None where it has no ebXML header."""
        if (
            self.envelope is None
            or self.root.tag != soap.ENVELOPE
            or self.first("soap:Header/eb:MessageHeader") is None
        ):
            return None
        return package.Package(
            entity=self.entity or mime.Entity(headers=NO_HEADERS, parts=(self.envelope,)),
            envelope=self.envelope,
            soap=self.octets,
            root=self.root,
            message=soap.read(self.root),
        )


NO_HEADERS = mime.Headers(MappingProxyType({}))


@value_class(kw_only=False)
class Seen:
    """A rule that is broken, and where."""

    number: str
    case: str = ""
    element: etree._Element | None = field(default=None, compare=False, repr=False)
    details: Mapping[str, Any] = field(default_factory=dict)


@value_class(kw_only=False)
class Unchecked:
    """A rule that holds for the message, or does not: what would tell is not at hand."""

    number: str
    case: str = ""


def attribute(element: etree._Element, name: str) -> str | None:
    """Return an attribute of ebMS, which some leave without its namespace."""
    found = element.get(f"{{{EBXML}}}{name}")
    return element.get(name) if found is None else found


def line(element: etree._Element) -> int | None:
    """Return the line an element stands on."""
    return cast("int | None", element.sourceline)
