"""What may stay in an anonymised message: codes, what schemas fix, and how a document is built."""

from __future__ import annotations

import re
from functools import cache

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.nav_facts import Process
from adapter.replay.anonymise.place import Place

_CODES = frozenset({"V", "kodeverdi", "kodesystem"})
_COUPLINGS = frozenset({"ebRole", "ebService", "ebAction"})
#: Elements that are known here without a schema: of the wrapper, and of texts in XHTML.
_UNDECLARED = frozenset(
    {"EI_fellesformat", "MottakenhetBlokk", "a", "b", "br", "div", "em", "h1", "h2", "h3", "h4", "i", "li", "ol", "p"}
    | {"span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"}
)
_OID = re.compile(r"[0-2](?:\.\d{1,6}){2,20}")
_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,4}){0,3}(?: \d{4}-\d\d-\d\d)?")
_MESSAGE_TYPE = re.compile(r"[A-Z][A-Z0-9_]{1,40}")
#: Letters and digits as codes have them; letters alone could be a name.
_CODE = re.compile(r"(?=.{1,12}$)(?:[A-ZÆØÅ]{1,3}|[A-ZÆØÅ]{0,4}\d{1,5}(?:[-.]\d{1,4}|[A-Z][A-Z0-9]{0,3})?[+*]?)")
_UNIT = re.compile(
    r"(?:%|(?:[munkpfdc]?(?:g|l|L|mol|m|IE|IU|E|kat|eq|U|J|cal)|10\^?\d{1,2}|mmHg|stk|min|s|t|d)(?:/|\b)){1,4}"
)
#: Values of xml:lang and xml:space.
_XML_OWN = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?|preserve|default")
_NAMESPACE = re.compile(
    r"http://(?:www\.kith\.no/xmlstds|(?:www\.)?ehelse\.no/xmlstds|www\.w3\.org|schemas\.xmlsoap\.org|www\.nav\.no/xml"
    r"|www\.trygdeetaten\.no/xml|www\.oasis-open\.org)[\w./#-]{0,80}"
)


def stays(core: str, place: Place) -> bool:  # noqa: PLR0911 - one kind of place after the other
    """Tell whether a value says nothing of anybody, because of where it stands and how it is written."""
    match place.attribute:
        case None:
            return place.element == "MIGversion" and _VERSION.fullmatch(core) is not None
        case "S":
            return _OID.fullmatch(core) is not None
        case "U":
            return _UNIT.fullmatch(core) is not None
        case "DN":
            return core in _code_names()
        case "lang" | "space":
            return place.is_prefixed and _XML_OWN.fullmatch(core) is not None
        case "type":
            return place.is_prefixed and core.rpartition(":")[2] in _types()
    if place.attribute in _COUPLINGS:
        return core in _coupling_names()
    return place.attribute in _CODES and _is_code(core, place)


def is_fixed(core: str) -> bool:
    """Tell whether a value is one that some schema fixes."""
    return core in _enumerated()


def is_namespace(name: str) -> bool:
    """Tell whether the name of a namespace is of those who write standards."""
    return _NAMESPACE.fullmatch(name) is not None


def is_declared(element: str) -> bool:
    """Tell whether some schema here knows an element of this name."""
    return element in _elements() or element in _UNDECLARED


def _is_code(core: str, place: Place) -> bool:
    if place.element == "Type" and place.parent in {"MsgInfo", "Message"}:
        return _MESSAGE_TYPE.fullmatch(core) is not None
    if place.system and _lists().knows(place.system, core):
        return True
    # a number that is some list's code can be somebody's number as well
    return (core in _codes() and not core.isdigit()) or _CODE.fullmatch(core) is not None


@cache
def _lists() -> CodeLists:
    return CodeLists.load()


@cache
def _codes() -> frozenset[str]:
    """Return every code of every list."""
    lists = _lists()
    found = (lists.get(number) for number in lists.numbers)
    return frozenset(code for one in found if one for code in one.codes)


@cache
def _code_names() -> frozenset[str]:
    """Return what the codes are called; these words are the standard's, not the sender's."""
    lists = _lists()
    found = (lists.get(number) for number in lists.numbers)
    return frozenset(name for one in found if one for name in one.codes.values())


@cache
def _coupling_names() -> frozenset[str]:
    """Return the names of NAV's services, actions and roles."""
    return frozenset(part for process in Process for part in process.value.split("/")) | {"Sykmelder", "Saksbehandler"}


_FIXED = re.compile(r"(?:enumeration value|\bfixed)=\"([^\"]*)\"")
_ELEMENT = re.compile(r"<(?:\w+:)?element name=\"([^\"]*)\"")
_TYPE = re.compile(r"<(?:\w+:)?(?:complexType|simpleType) name=\"([^\"]*)\"")
_BUILT_IN = frozenset({"string", "anyType", "date", "dateTime", "boolean", "integer", "decimal", "base64Binary"})


@cache
def _schemas() -> str:
    paths = sorted(resources.schemas().glob("*.xsd"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def _enumerated() -> frozenset[str]:
    return frozenset(_FIXED.findall(_schemas()))


@cache
def _elements() -> frozenset[str]:
    return frozenset(_ELEMENT.findall(_schemas()))


@cache
def _types() -> frozenset[str]:
    return frozenset(_TYPE.findall(_schemas())) | _BUILT_IN
