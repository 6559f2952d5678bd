"""A report on an ebXML message: every rule that it breaks, as the `validate` command shows it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from adapter.check.fault import readable_path
from adapter.check.finding import Direction, Finding, Report, verdict_of
from adapter.envelope import mime, package
from adapter.envelope.rules import content, head, packing, signed
from adapter.envelope.rules.subject import NO_HEADERS, Seen, Subject, line
from adapter.envelope.rules.table import load
from adapter.envelope.sniff import is_package
from adapter.errors import EnvelopeUnreadable, FormError, PackageUnreadable
from adapter.wire import read_tree
from adapter.wire.parse import DEFAULT_LIMITS, Limits, parse

#: Nobody reads more, and to say where each of 8 000 wrong references stands takes their number squared.
_MOST_FINDINGS = 500


def check(data: bytes, direction: Direction = Direction.INBOUND, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Judge a message by the rules of HITS 1172. Nothing is raised for a bad one."""
    entity: mime.Entity | None = None
    part: mime.Part | None = mime.Part(NO_HEADERS, data)
    if is_package(data):
        try:
            entity = mime.read(data, limits.max_bytes)
        except PackageUnreadable as error:
            return _unreadable(str(error), direction)
        try:
            part = package.envelope_of(entity)
        except EnvelopeUnreadable:
            part = None
    octets = package.in_utf8(part or (entity.parts[0] if entity and entity.parts else mime.Part(NO_HEADERS, b"")))
    try:
        root = parse(octets, limits)
    except FormError as error:
        return _unreadable(str(error), direction)
    subject = Subject(entity=entity, envelope=part, octets=octets, root=root)
    findings = tuple(_finding(seen, direction, subject) for seen in islice(_seen(subject), _MOST_FINDINGS))
    return Report(message=read_tree(root), findings=findings, verdict=verdict_of(findings), tree=root)


def _seen(subject: Subject) -> Iterator[Seen]:
    yield from packing.check(subject)
    yield from head.check(subject)
    if subject.first("soap:Header") is not None:
        yield from signed.check(subject)
    yield from content.check(subject)


def _finding(seen: Seen, direction: Direction, subject: Subject) -> Finding:
    rule = load().rules[seen.number, seen.case]
    element = seen.element
    return rule.finding(
        direction,
        path=None if element is None else readable_path(element, subject.root),
        line=None if element is None else line(element),
        **seen.details,
    )


def _unreadable(reason: str, direction: Direction) -> Report:
    findings = (load().rules["5.6", ""].finding(direction, reason=reason),)
    return Report(message=None, findings=findings, verdict=verdict_of(findings))
