"""The configuration file as values: every table, every key, its type and its default.

Field descriptions are the reference; `config.example.toml` shows each of them in use.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from adapter import duration
from adapter.flow.context import Timers
from adapter.flow.schedule import Schedule, Window
from adapter.flow.span import Span
from adapter.partner.fetch import is_safe

SQLITE = "sqlite:///"
_TIMERS = Timers()

_Length = TypeVar("_Length", timedelta, Span)


def _duration(value: object) -> object:
    return duration.parse(value) if isinstance(value, str) else value


def _span(value: object) -> object:
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        raise ValueError('should be a span in quotes, such as "10 working days", "14 days", "24h"')  # noqa: TRY004 - pydantic collects ValueErrors
    return Span.parse(value)


def _check_rising(rule: str, *spans: Span) -> None:
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
        raise ValueError('a folder is looked into again and again; write "every 10s" or the like')
    return value


def _store_url(value: str, info: ValidationInfo) -> str:
    if not value.startswith(SQLITE) or value == SQLITE:
        raise ValueError(f'should be "{SQLITE}" and the path of a file')
    return f"{SQLITE}{_path(value.removeprefix(SQLITE), info)}"


def _server(value: str) -> str:
    if not is_safe(value):
        raise ValueError('should begin with "https://"; only a server on this machine may do with "http://127.0.0.1"')
    return value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f"names {', '.join(twice)} more than once")
    return values


def _longer_than_nothing(value: _Length) -> _Length:
    if not value:
        raise ValueError("must be longer than nothing")
    return value


def _shaped(pattern: str, explanation: str) -> AfterValidator:
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise ValueError(explanation)
        return value

    return AfterValidator(check)


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, _shaped(r"[a-z0-9][a-z0-9._-]{0,39}", "should be a short name of a-z, 0-9, '.', '_' and '-'")]
HerId = Annotated[str, _shaped(r"[1-9][0-9]{0,9}", "should be a HER-id: digits only")]
OrganisationNumber = Annotated[str, _shaped(r"[0-9]{9}", "should be an organisation number: nine digits")]
TypeCode = Annotated[str, _shaped(r"[A-Z][A-Z0-9_]{0,49}", "should be a message type in capitals, such as HENVISNING")]
RuleCode = Annotated[str, _shaped(r"[A-Z][A-Z0-9]{1,3}-[0-9]{2}[a-z]?", "should be the code of a rule, such as AMO-04")]
ServiceType = Annotated[str, _shaped(r"[A-Z]{0,2}[0-9]{0,2}", "should be a kind of service of list 8663, such as KX04")]
Municipality = Annotated[str, _shaped(r"[0-9]{4}", "should be the number of a municipality: four digits")]
Suffix = Annotated[str, _shaped(r"\.[A-Za-z0-9.]{1,15}", 'should be the end of a file name, such as ".xml"')]
Oid = Annotated[str, _shaped(r"[0-2](?:\.[0-9]{1,12}){1,20}", 'should be an object identifier, such as "2.16.578.1"')]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Wait = Annotated[Duration, AfterValidator(_longer_than_nothing)]
SpanOrNothing = Annotated[Span, BeforeValidator(_span)]
Deadline = Annotated[SpanOrNothing, AfterValidator(_longer_than_nothing)]
FilePath = Annotated[Path, BeforeValidator(_path)]
# TOML knows arrays only; the values themselves stay strict.
_Array = Field(strict=False)
Profile = Literal["amo", "fri", "navt"]
MessageKind = Literal["henvisning", "dialogmelding", "epikrise", "sykmelding", "legeerklaering"]


class Table(BaseModel):
    """A table of the configuration: immutable, exact about types, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)


class AdapterTable(Table):
    """`[adapter]`: this installation."""

    name: Text
    """What people call this installation."""
    environment: Literal["test", "prod"]
    """Guards: real persons are stopped in test, test persons in prod."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that check messages."""


class StoreTable(Table):
    """`[store]`: what must survive."""

    url: Annotated[str, AfterValidator(_store_url), Field(validate_default=True)] = f"{SQLITE}var/budstikke.db"
    """Where messages, states and events are kept."""
    busy_timeout: Wait = timedelta(seconds=30)
    """How long to wait for another process that has the store open."""


class LimitsTable(Table):
    """`[limits]`: how large a document may be before it is refused."""

    max_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 51_200_000
    """Size of a document."""
    max_depth: Annotated[int, Field(ge=20, le=250)] = 200
    """Levels of elements; libxml2 itself stops at 256."""
    max_attributes: Annotated[int, Field(ge=10, le=100_000)] = 200
    """Attributes of one element."""
    max_attribute_length: Annotated[int, Field(ge=100, le=10_000_000)] = 1_024
    """Characters of one attribute's value."""
    max_elements: Annotated[int, Field(ge=100, le=10_000_000)] = 50_000
    """Elements of a document."""


class SchemasTable(Table):
    """`[schemas]`: which schema files decide."""

    directory: FilePath | None = None
    """A folder with the official files; without it the project's own decide, with the same verdicts."""


class ChecksTable(Table):
    """`[checks]`: how messages are judged."""

    strict: bool = False
    """Let no schema-invalid shape through, whatever a party's tolerance says."""
    scan_command: Annotated[tuple[Text, ...], _Array] = ()
    """Virus scanner: it gets an attachment on standard input and ends with 0 when it is clean."""
    allowed_numbers_file: FilePath | None = None
    """Identity numbers, one a line, that pass as test persons in the test environment."""


class TrustTable(Table):
    """`[trust]`: whose signatures are believed, and one's own certificates."""

    roots: FilePath | None = None
    """A folder with the trusted root certificates and their intermediate issuers, PEM or DER."""
    policies: Annotated[tuple[Oid, ...], _Array, AfterValidator(_distinct)] = ()
    """Certificate policies of which a signer's must have one; none means any."""
    unverifiable: Literal["hold", "continue"] = "continue"
    """A signature that cannot be checked: hold the message for a person, or let it go on with a remark."""
    revocation: Annotated[tuple[Literal["crl", "ocsp"], ...], _Array, AfterValidator(_distinct)] = ()
    """How to ask whether a signer's certificate was taken back, the first way first; without any it is not asked."""
    revocation_lists: FilePath | None = None
    """A folder with lists of revoked certificates that somebody keeps up to date, for networks without a way out."""
    revocation_cache: FilePath | None = None
    """A folder for what issuers said, so that a restart need not ask again."""
    ocsp_nonce: bool = False
    """Send responders a number to repeat; many cannot."""
    patience: Wait = timedelta(seconds=10)
    """When a silent issuer counts as out of reach."""
    proxy: Text | None = None
    """Where requests to issuers go instead, such as "http://proxy:3128"; without it they go straight."""
    own: FilePath | None = None
    """A folder with one's own certificates and their keys, old ones too: PKCS #12 or PEM."""
    passphrase_file: FilePath | None = None
    """Holds the passphrase of the keys; without it BUDSTIKKE_KEY_PASSPHRASE does."""
    partners: FilePath | None = None
    """A folder with certificates of partners, which are warned of like one's own."""
    warning_days: Annotated[tuple[Annotated[int, Field(ge=1, le=1_000)], ...], _Array] = (60, 30, 14, 7)
    """So many days before a certificate ends a task says so, each time anew until it is renewed."""


class PartnersTable(Table):
    """`[partners]`: what is known of the parties from agreements and registers."""

    folder: FilePath | None = None
    """Snapshots that `budstikke partner` writes; what a [[party]] says itself wins over them."""


class AddressesTable(Table):
    """`[addresses]`: Adresseregisteret, or what stands in for it."""

    url: Annotated[str, AfterValidator(_server)] | None = None
    """Its address, without "/api/..."; without it the register is never asked."""
    token_file: FilePath | None = None
    """Holds the bearer token; none where a gateway logs in."""
    proxy: Text | None = None
    """Where requests go instead, such as "http://proxy:3128"; without it they go straight."""
    cache: Annotated[FilePath, Field(validate_default=True)] = cast("Path", "var/address-register")
    """A folder for what it answered, which holds while it cannot be asked."""
    fresh_for: Wait = timedelta(hours=24)
    """When an answer is asked for again."""
    patience: Wait = timedelta(seconds=10)
    """When a silent register counts as out of reach."""


class ReceiptsTable(Table):
    """`[receipts]`: how receipts are given and followed."""

    software_name: Text = "Budstikke"
    """What receipts say made them."""
    notice_after: Wait = timedelta(hours=24)
    """No receipt for so long after GenDate: a notice."""
    alarm_after: Wait = timedelta(hours=96)
    """No receipt for so long after GenDate: it counts as rejected (HIS 80415:2012)."""
    unknown_service: Literal["reject", "hold", "deliver"] = "reject"
    """A service our organisation does not have: reject with E21, let a person decide, or deliver to `fallback`."""
    fallback: Name | None = None
    """The party that gets what is for such a service, with a task that says so; only with "deliver"."""
    foreign_organisation: Literal["none", "E21"] = "none"
    """A message for another organisation: no receipt, or a rejection with E21."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.notice_after >= self.alarm_after:
            raise ValueError("notice_after must be shorter than alarm_after")
        return self

    @model_validator(mode="after")
    def _with_fallback(self) -> Self:
        if (self.unknown_service == "deliver") != (self.fallback is not None):
            raise ValueError('fallback goes with unknown_service = "deliver", and only with it')
        return self


class TimersTable(Table):
    """`[timers]`: how long people have; "working days" leave out weekends and Norwegian public holidays."""

    assessment_notice: Deadline = _TIMERS.assessment_notice
    """A referral without a status to its sender for so long after receipt: a notice to the receiver's people."""
    assessment: Deadline = _TIMERS.assessment
    """And this long: the time to assess it is over."""
    supplement: Deadline = _TIMERS.supplement
    """A question to a referrer without an answer for so long after its receipt; the assessment's time runs on."""
    nav_reminders: Annotated[tuple[Deadline, ...], _Array, Field(max_length=2)] = _TIMERS.nav_reminders
    """A request of NAV without an answer for so long after receipt: a reminder, and another."""
    nav_limit: Deadline = _TIMERS.nav_limit
    """And this long: NAV's own limit has passed."""
    service: Deadline = _TIMERS.service
    """A referral to a frisklivssentral without an answer for so long after receipt."""
    epikrise_notice: Deadline = _TIMERS.epikrise_notice
    """No epikrise for so long after the end of a stay: a notice."""
    epikrise: Deadline = _TIMERS.epikrise
    """And this long: it is late."""
    park: SpanOrNothing = _TIMERS.park
    """How long a message waits for the one it belongs to before a person decides; "0h" is not at all."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_rising("assessment_notice must be shorter than assessment", self.assessment_notice, self.assessment)
        _check_rising("nav_reminders must rise, up to nav_limit", *self.nav_reminders, self.nav_limit)
        _check_rising("epikrise_notice must be shorter than epikrise", self.epikrise_notice, self.epikrise)
        return self


class RetentionTable(Table):
    """`[retention]`: when `budstikke prune` forgets what messages say; that they were here stays known."""

    content: Duration = timedelta()
    """Messages that got where they should, so long after receipt; "0d" is never."""
    trouble: Duration = timedelta()
    """Those that were rejected, failed or could not be read; "0d" is never."""

    @model_validator(mode="after")
    def _trouble_is_kept_longer(self) -> Self:
        if self.trouble and self.trouble < self.content:
            raise ValueError("trouble must not be shorter than content")
        return self


class RetriesTable(Table):
    """`[retries]`: how often a delivery is tried before a person must look."""

    attempts: Annotated[int, Field(ge=1, le=1_000)] = 8
    """Attempts in all, the first one included."""
    first_wait: Wait = timedelta(seconds=30)
    """Time between the first attempt and the second."""
    factor: Annotated[float, Field(ge=1, le=100)] = 2.0
    """Each wait is so many times the one before."""
    longest_wait: Wait = timedelta(hours=1)
    """No wait is longer."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_wait > self.longest_wait:
            raise ValueError("first_wait must not be longer than longest_wait")
        return self


class DraftsTable(Table):
    """`[drafts]`: messages that the adapter writes for people to approve."""

    send_without_approval: Annotated[tuple[RuleCode, ...], _Array, AfterValidator(_distinct)] = ()
    """Rules whose drafts go without a person: only where every warning about the message is one of these."""


class ContactTable(Table):
    """`contact` of a party: who answers for what it writes, where nobody else is named."""

    name: Text
    """Given and family name."""
    profession: Text | None = None
    """Code of list 9060, such as "LE"."""
    hpr: Annotated[str, _shaped(r"[0-9]{1,9}", "should be an HPR number: one to nine digits")] | None = None
    """Number in the register of health personnel."""
    phone: Text
    """Where the receiver can call."""


class PartyTable(Table):
    """`[[party]]`: someone who can be addressed."""

    id: Name
    """Short name for tables, logs and routes."""
    role: Literal["referrer", "clinic", "nav", "frisklivssentral", "other"]
    """What it is in the story of a referral."""
    name: Text
    """What people call it."""
    her_ids: Annotated[tuple[HerId, ...], Field(strict=False, min_length=1), AfterValidator(_distinct)]
    """Addresses of the communication party: services, units or persons."""
    parent_her_id: HerId | None = None
    """The organisation above them; several parties may share it."""
    organisation_number: OrganisationNumber | None = None
    """Number in Enhetsregisteret."""
    channel: Name
    """The channel its messages come and go by."""
    receipts: Literal["adapter", "system"] = "adapter"
    """Who answers what the party receives: the adapter, or the party's own system."""
    profiles: Annotated[tuple[Profile, ...], _Array, AfterValidator(_distinct)] = ()
    """Content profiles: "amo" is Arbeidsrettet mestringsopphold, "fri" a frisklivssentral, "navt" what NAV receives."""
    service_type: ServiceType = ""
    """Its kind of service in Adresseregisteret, such as "KX04" for a frisklivssentral."""
    agreed_type: Literal["HENVISNING", "HENVISNING_NYTILSTAND", "DIALOG_HELSEFAGLIG", "DIALOG_FORESPORSEL"] | None = (
        None
    )
    """The type of message agreed with it for referrals; without it any of these."""
    municipality: Municipality | None = None
    """The number of its municipality."""
    tolerance: Annotated[tuple[Text, ...], _Array, AfterValidator(_distinct)] = ("*",)
    """Schema-invalid shapes that its messages may have; "*" is every known one."""
    dedicated: bool = False
    """Everything that arrives here is meant for the profile, marked or not."""
    strict_sender: bool = False
    """Its own messages are stopped when content is missing, not only flagged."""
    outbound_checks: bool = False
    """Judge its own messages as a sender should: what blocks one holds it back, with a task for its people."""
    signature_required: bool = False
    """Hold what it sends unless its signature is verified."""
    sha1_until: date | None = None
    """The last day on which its signatures may still be made with SHA-1; without it, never."""
    accepts: Annotated[tuple[MessageKind, ...], _Array, AfterValidator(_distinct)] = (
        "henvisning",
        "dialogmelding",
        "epikrise",
    )
    """Kinds of messages that its system takes; others are refused."""
    relays_unsupported: bool = False
    """Pass messages of kinds on that it does not take or the adapter does not know, instead of refusing them."""
    contact: ContactTable | None = None
    """Who answers for what it writes, where nobody else is named."""


class ChannelTable(Table):
    """`[[channel]]`: a way in and out."""

    id: Name
    """Short name for parties and routes."""
    type: Literal["folder"]
    """What carries the bytes."""
    inbox: FilePath
    """The other system writes here, the adapter reads and removes."""
    outbox: FilePath
    """The adapter writes here, the other system reads and removes."""
    archive: FilePath | None = None
    """Keeps received files by day instead of deleting them; on the same file system as the inbox."""
    poll: Annotated[str, AfterValidator(_poll)] = "every 10s"
    """When to look into the inbox."""
    suffixes: Annotated[tuple[Suffix, ...], _Array, AfterValidator(_distinct)] = ()
    """Endings of the files to read; none reads all."""
    quiet: Duration = timedelta(seconds=1)
    """Leave a file alone until it has not changed for so long."""
    patience: Duration = timedelta(seconds=60)
    """Take a file that does not end in ">" for half-written for so long."""


class WhenTable(Table):
    """`when` of a route: every key that is given must fit."""

    to: Annotated[tuple[Name, ...], _Array] = ()
    """Receiving parties; none means any."""
    sender: Annotated[tuple[Name, ...], Field(alias="from", strict=False)] = ()
    """Sending parties; none means any."""
    type: Annotated[tuple[TypeCode, ...], _Array] = ()
    """Message types, as in list 8279; none means any."""
    tag: Annotated[tuple[Text, ...], _Array] = ()
    """What the checks find the message to be about, such as "HIA"; none means whatever it is."""

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, data: object) -> object:
        """Take `to = "clinic"` for `to = ["clinic"]`."""
        if not isinstance(data, dict):
            return data
        return {key: [value] if isinstance(value, str) else value for key, value in data.items()}


class RouteTable(Table):
    """`[[route]]`: an exception from "to the receiver's own channel, at once"; the first that fits decides."""

    name: Text
    """Shown in tables and events."""
    when: WhenTable = WhenTable()
    """What the route is for; without it, everything."""
    deliver: Annotated[tuple[Name, ...], Field(strict=False, min_length=1), AfterValidator(_distinct)]
    """Channels that get the message, each a copy."""
    schedule: Annotated[str, AfterValidator(_schedule)] = "at once"
    """"at once", "every 30s", or "cron" and five fields."""
    window: Annotated[str, AfterValidator(_window)] | None = None
    """Days and hours in which to deliver, such as "mon-fri 07:00-17:00", in Norwegian time."""
    hold: bool = False
    """Let a person release each message."""

    @model_validator(mode="after")
    def _has_a_moment(self) -> Self:
        self.timetable()
        return self

    def timetable(self) -> Schedule:
        """Return schedule and window as one value."""
        return Schedule.parse(self.schedule, self.window)


class Settings(Table):
    """The whole configuration."""

    adapter: AdapterTable
    store: StoreTable = StoreTable()
    limits: LimitsTable = LimitsTable()
    schemas: SchemasTable = SchemasTable()
    checks: ChecksTable = ChecksTable()
    trust: TrustTable = TrustTable()
    partners: PartnersTable = PartnersTable()
    addresses: AddressesTable = AddressesTable()
    receipts: ReceiptsTable = ReceiptsTable()
    timers: TimersTable = TimersTable()
    retries: RetriesTable = RetriesTable()
    retention: RetentionTable = RetentionTable()
    drafts: DraftsTable = DraftsTable()
    party: Annotated[tuple[PartyTable, ...], _Array]
    channel: Annotated[tuple[ChannelTable, ...], _Array] = ()
    route: Annotated[tuple[RouteTable, ...], _Array] = ()

    def store_file(self) -> Path:
        """Return the file of an SQLite store."""
        return Path(self.store.url.removeprefix(SQLITE))
