"""A report on an ebXML message: every rule that it breaks, as the `validate` command shows it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from adapter.check.fault import readable_path
from adapter.check.finding import Direction, Finding, Report, verdict_of
from adapter.envelope import mime, package
from adapter.envelope.rules import content, head, inside, packing, registered, signed
from adapter.envelope.rules.knowledge import NOTHING, Knowledge
from adapter.envelope.rules.subject import NO_HEADERS, Seen, Subject, Unchecked, line
from adapter.envelope.rules.table import Open, load
from adapter.envelope.sniff import is_package
from adapter.errors import EnvelopeUnreadable, FormError, PackageUnreadable
from adapter.values import value_class
from adapter.wire import read_tree
from adapter.wire.parse import DEFAULT_LIMITS, Limits, parse

#: Nobody reads more, and to say where each of 8 000 wrong references stands takes their number squared.
_MOST_FINDINGS = 500


@value_class
class EnvelopeReport(Report):
    """What the rules of HITS 1172 say of a message."""

    #: Rules that may be broken: what would tell was not at hand.
    unchecked: tuple[Open, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return what `validate --json` prints about the content, and which rules were not checked."""
        unchecked = [{"rule": one.id, "title": one.title, "needs": one.reason} for one in self.unchecked]
        return {**Report.as_dict(self), "not_checked": unchecked}


def check(
    data: bytes,
    direction: Direction = Direction.INBOUND,
    limits: Limits = DEFAULT_LIMITS,
    knowledge: Knowledge = NOTHING,
) -> EnvelopeReport:
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
    by_register = tuple(registered.check(subject, knowledge.register))
    by_key = tuple(inside.check(subject, knowledge.pairs))
    seen = chain(_seen(subject), (one for one in (*by_register, *by_key) if isinstance(one, Seen)))
    findings = tuple(_finding(one, direction, subject) for one in islice(seen, _MOST_FINDINGS))
    unchecked = (one for one in (*by_register, *by_key) if isinstance(one, Unchecked))
    return EnvelopeReport(
        message=read_tree(root),
        findings=findings,
        verdict=verdict_of(findings),
        tree=root,
        unchecked=tuple(dict.fromkeys(load().needing[one.number, one.case] for one in unchecked)),
    )


def _seen(subject: Subject) -> Iterator[Seen]:
    """Yield what the message alone tells."""
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


def _unreadable(reason: str, direction: Direction) -> EnvelopeReport:
    findings = (load().rules["5.6", ""].finding(direction, reason=reason),)
    return EnvelopeReport(message=None, findings=findings, verdict=verdict_of(findings))
