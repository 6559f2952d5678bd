"""How values are written in the configuration file: the shapes that keys of many tables share."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo

from adapter import duration
from adapter.channel.mail.server import Protocol, Server
from adapter.flow.schedule import Schedule, Window
from adapter.flow.span import Span
from adapter.partner.fetch import is_safe

SQLITE = "sqlite:///"

_Length = TypeVar("_Length", timedelta, Span)


def _duration(value: object) -> object:
    return duration.parse(value) if isinstance(value, str) else value


def _span(value: object) -> object:
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        raise ValueError('should be a span in quotes, such as "10 working days", "14 days", "24h"')  # noqa: TRY004 - pydantic collects ValueErrors
    return Span.parse(value)


def check_rising(rule: str, *spans: Span) -> None:
    """Refuse spans of which one is not longer than the one before; different units cannot be compared."""
    for shorter, longer in pairwise(spans):
        if shorter.unit == longer.unit and shorter.count >= longer.count:
            raise ValueError(rule)


def _path(value: object, info: ValidationInfo) -> object:
    """Read a path; a relative one counts from the folder of the configuration file, given as context."""
    if not isinstance(value, str):
        return value
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / Path(value).expanduser()


def _schedule(value: str) -> str:
    Schedule.parse(value)
    return value


def _window(value: str) -> str:
    Window.parse(value)
    return value


def _poll(value: str) -> str:
    if Schedule.parse(value) == Schedule():
        raise ValueError('a channel is looked into again and again; write "every 10s" or the like')
    return value


def _store_url(value: str, info: ValidationInfo) -> str:
    if not value.startswith(SQLITE) or value == SQLITE:
        raise ValueError(f'should be "{SQLITE}" and the path of a file')
    return f"{SQLITE}{_path(value.removeprefix(SQLITE), info)}"


def _server(value: str) -> str:
    if not is_safe(value):
        raise ValueError('should begin with "https://"; only a server on this machine may do with "http://127.0.0.1"')
    return value


def _url(*protocols: Protocol) -> AfterValidator:
    def check(value: str) -> str:
        Server.parse(value, *protocols)
        return value

    return AfterValidator(check)


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f"names {', '.join(twice)} more than once")
    return values


def _longer_than_nothing(value: _Length) -> _Length:
    if not value:
        raise ValueError("must be longer than nothing")
    return value


def shaped(pattern: str, explanation: str) -> AfterValidator:
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise ValueError(explanation)
        return value

    return AfterValidator(check)


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, shaped(r"[a-z0-9][a-z0-9._-]{0,39}", "should be a short name of a-z, 0-9, '.', '_' and '-'")]
HerId = Annotated[str, shaped(r"[1-9][0-9]{0,9}", "should be a HER-id: digits only")]
OrganisationNumber = Annotated[str, shaped(r"[0-9]{9}", "should be an organisation number: nine digits")]
TypeCode = Annotated[str, shaped(r"[A-Z][A-Z0-9_]{0,49}", "should be a message type in capitals, such as HENVISNING")]
RuleCode = Annotated[str, shaped(r"[A-Z][A-Z0-9]{1,3}-[0-9]{2}[a-z]?", "should be the code of a rule, such as AMO-04")]
ServiceType = Annotated[str, shaped(r"[A-Z]{0,2}[0-9]{0,2}", "should be a kind of service of list 8663, such as KX04")]
Municipality = Annotated[str, shaped(r"[0-9]{4}", "should be the number of a municipality: four digits")]
Suffix = Annotated[str, shaped(r"\.[A-Za-z0-9.]{1,15}", 'should be the end of a file name, such as ".xml"')]
Oid = Annotated[str, shaped(r"[0-2](?:\.[0-9]{1,12}){1,20}", 'should be an object identifier, such as "2.16.578.1"')]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Wait = Annotated[Duration, AfterValidator(_longer_than_nothing)]
SpanOrNothing = Annotated[Span, BeforeValidator(_span)]
Deadline = Annotated[SpanOrNothing, AfterValidator(_longer_than_nothing)]
FilePath = Annotated[Path, BeforeValidator(_path)]
# TOML knows arrays only; the values themselves stay strict.
ARRAY = Field(strict=False)
MailAddress = Annotated[
    str,
    shaped(r"(?=.{3,254}\Z)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9][A-Za-z0-9.-]*", "should be a mail address"),
]
MailFolder = Annotated[
    str,
    shaped(r"[ !#$&-)+-\[\]-~]{1,200}", "should be a folder's name as IMAP writes it, in ASCII"),
]
StoreUrl = Annotated[str, AfterValidator(_store_url)]
ServerUrl = Annotated[str, AfterValidator(_server)]
Times = Annotated[str, AfterValidator(_schedule)]
Hours = Annotated[str, AfterValidator(_window)]
Poll = Annotated[str, AfterValidator(_poll)]
InboxUrl = Annotated[str, _url("imap", "pop3")]
OutboxUrl = Annotated[str, _url("smtp")]
Packing = Literal["gzip", "mime"]
Profile = Literal["amo", "fri", "navt"]
MessageKind = Literal["henvisning", "dialogmelding", "epikrise", "sykmelding", "legeerklaering"]


class Table(BaseModel):
    """A table of the configuration: immutable, exact about types, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)
