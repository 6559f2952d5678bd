"""EI_fellesformat: NAV's inner wrapper around a message. Partners never see it; copies of messages come in it."""

from __future__ import annotations

from lxml import etree

from adapter.values import value_class
from adapter.wire.bind import local_name
from adapter.wire.namespaces import FELLESFORMAT
from adapter.wire.opaque import revived

_NAME = "EI_fellesformat"
_INNER = ("MsgHead", "AppRec", "Message")
_RECEPTION = "MottakenhetBlokk"


@value_class
class Reception:
    """What NAV's reception wrote down beside a message (MottakenhetBlokk)."""

    #: Service and Action of the transport, where both are known.
    coupling: tuple[str, str] | None = None
    #: Identity number of the one whose signature or token the message carries.
    signer: str | None = None


def is_wrapper(root: etree._Element) -> bool:
    """Tell whether a root is the wrapper, in any of its namespaces."""
    name = etree.QName(root)
    return name.localname == _NAME or name.namespace in FELLESFORMAT


def inner(wrapper: etree._Element) -> etree._Element | None:
    """Return the message inside, in its place; None where there is none."""
    return next((child for child in wrapper if local_name(child.tag) in _INNER), None)


def cut(wrapper: etree._Element) -> etree._Element | None:
    """Return the message inside as the root of its own tree, with the namespaces that were in scope.

    A schema and a signature both speak about the message as a root.
    """
    found = inner(wrapper)
    return None if found is None else revived(etree.tostring(found, with_tail=False))


def reception(wrapper: etree._Element) -> Reception:
    """Return what NAV's reception wrote down; an empty note where it wrote nothing."""
    block = next((child for child in wrapper if local_name(child.tag) == _RECEPTION), None)
    if block is None:
        return Reception()
    service, action = (block.get("ebService") or "").strip(), (block.get("ebAction") or "").strip()
    signer = (block.get("avsenderFnrFraDigSignatur") or "").strip()
    return Reception(coupling=(service, action) if service and action else None, signer=signer or None)
