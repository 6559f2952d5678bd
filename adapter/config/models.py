"""The configuration file as values: every table, every key, its type and its default.

Field descriptions are the reference; `config.example.toml` shows each of them in use.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, cast

from pydantic import AfterValidator, Field, model_validator

from adapter.config.channel_tables import ChannelTable, FolderTable, MailTable
from adapter.config.fields import (
    ARRAY,
    SQLITE,
    Deadline,
    Duration,
    FilePath,
    HerId,
    Hours,
    MailAddress,
    MessageKind,
    Municipality,
    Name,
    Oid,
    OrganisationNumber,
    Packing,
    Profile,
    RuleCode,
    ServerUrl,
    ServiceType,
    SpanOrNothing,
    StoreUrl,
    Table,
    Text,
    Times,
    TypeCode,
    Wait,
    check_rising,
    distinct,
    shaped,
)
from adapter.flow.context import Timers
from adapter.flow.schedule import Schedule

_TIMERS = Timers()


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

    url: Annotated[StoreUrl, Field(validate_default=True)] = f"{SQLITE}var/budstikke.db"
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
    scan_command: Annotated[tuple[Text, ...], ARRAY] = ()
    """Virus scanner: it gets an attachment on standard input and ends with 0 when it is clean."""
    allowed_numbers_file: FilePath | None = None
    """Identity numbers, one a line, that pass as test persons in the test environment."""


class TrustTable(Table):
    """`[trust]`: whose signatures are believed, and one's own certificates."""

    roots: FilePath | None = None
    """A folder with the trusted root certificates and their intermediate issuers, PEM or DER."""
    policies: Annotated[tuple[Oid, ...], ARRAY, AfterValidator(distinct)] = ()
    """Certificate policies of which a signer's must have one; none means any."""
    unverifiable: Literal["hold", "continue"] = "continue"
    """A signature that cannot be checked: hold the message for a person, or let it go on with a remark."""
    revocation: Annotated[tuple[Literal["crl", "ocsp"], ...], ARRAY, AfterValidator(distinct)] = ()
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
    warning_days: Annotated[tuple[Annotated[int, Field(ge=1, le=1_000)], ...], ARRAY] = (60, 30, 14, 7)
    """So many days before a certificate ends a task says so, each time anew until it is renewed."""


class PartnersTable(Table):
    """`[partners]`: what is known of the parties from agreements and registers."""

    folder: FilePath | None = None
    """Snapshots that `budstikke partner` writes; what a [[party]] says itself wins over them."""


class AddressesTable(Table):
    """`[addresses]`: Adresseregisteret, or what stands in for it."""

    url: ServerUrl | None = None
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
    nav_reminders: Annotated[tuple[Deadline, ...], ARRAY, Field(max_length=2)] = _TIMERS.nav_reminders
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
        check_rising("assessment_notice must be shorter than assessment", self.assessment_notice, self.assessment)
        check_rising("nav_reminders must rise, up to nav_limit", *self.nav_reminders, self.nav_limit)
        check_rising("epikrise_notice must be shorter than epikrise", self.epikrise_notice, self.epikrise)
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

    send_without_approval: Annotated[tuple[RuleCode, ...], ARRAY, AfterValidator(distinct)] = ()
    """Rules whose drafts go without a person: only where every warning about the message is one of these."""


class ContactTable(Table):
    """`contact` of a party: who answers for what it writes, where nobody else is named."""

    name: Text
    """Given and family name."""
    profession: Text | None = None
    """Code of list 9060, such as "LE"."""
    hpr: Annotated[str, shaped(r"[0-9]{1,9}", "should be an HPR number: one to nine digits")] | None = None
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
    her_ids: Annotated[tuple[HerId, ...], Field(strict=False, min_length=1), AfterValidator(distinct)]
    """Addresses of the communication party: services, units or persons."""
    parent_her_id: HerId | None = None
    """The organisation above them; several parties may share it."""
    organisation_number: OrganisationNumber | None = None
    """Number in Enhetsregisteret."""
    channel: Name
    """The channel its messages come and go by."""
    receipts: Literal["adapter", "system"] = "adapter"
    """Who answers what the party receives: the adapter, or the party's own system."""
    profiles: Annotated[tuple[Profile, ...], ARRAY, AfterValidator(distinct)] = ()
    """Content profiles: "amo" is Arbeidsrettet mestringsopphold, "fri" a frisklivssentral, "navt" what NAV receives."""
    service_type: ServiceType = ""
    """Its kind of service in Adresseregisteret, such as "KX04" for a frisklivssentral."""
    agreed_type: Literal["HENVISNING", "HENVISNING_NYTILSTAND", "DIALOG_HELSEFAGLIG", "DIALOG_FORESPORSEL"] | None = (
        None
    )
    """The type of message agreed with it for referrals; without it any of these."""
    municipality: Municipality | None = None
    """The number of its municipality."""
    tolerance: Annotated[tuple[Text, ...], ARRAY, AfterValidator(distinct)] = ("*",)
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
    triple_des_until: date | None = None
    """On a mail channel: the last day on which what it sends may still be encrypted with 3DES; without it, never."""
    accepts: Annotated[tuple[MessageKind, ...], ARRAY, AfterValidator(distinct)] = (
        "henvisning",
        "dialogmelding",
        "epikrise",
    )
    """Kinds of messages that its system takes; others are refused."""
    relays_unsupported: bool = False
    """Pass messages of kinds on that it does not take or the adapter does not know, instead of refusing them."""
    contact: ContactTable | None = None
    """Who answers for what it writes, where nobody else is named."""
    address: MailAddress | None = None
    """Its EDI mail address, on a mail channel; without it the one of its agreement or register entry."""
    packing: Annotated[tuple[Packing, ...], ARRAY, AfterValidator(distinct)] = ()
    """What a message to it is packed in before it is encrypted, the outermost first: "mime", "gzip" or both."""


class WhenTable(Table):
    """`when` of a route: every key that is given must fit."""

    to: Annotated[tuple[Name, ...], ARRAY] = ()
    """Receiving parties; none means any."""
    sender: Annotated[tuple[Name, ...], Field(alias="from", strict=False)] = ()
    """Sending parties; none means any."""
    type: Annotated[tuple[TypeCode, ...], ARRAY] = ()
    """Message types, as in list 8279; none means any."""
    tag: Annotated[tuple[Text, ...], ARRAY] = ()
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
    deliver: Annotated[tuple[Name, ...], Field(strict=False, min_length=1), AfterValidator(distinct)]
    """Channels that get the message, each a copy."""
    schedule: Times = "at once"
    """"at once", "every 30s", or "cron" and five fields."""
    window: Hours | None = None
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
    party: Annotated[tuple[PartyTable, ...], ARRAY]
    channel: Annotated[tuple[Annotated[ChannelTable, Field(discriminator="type")], ...], ARRAY] = ()
    route: Annotated[tuple[RouteTable, ...], ARRAY] = ()

    def store_file(self) -> Path:
        """Return the file of an SQLite store."""
        return Path(self.store.url.removeprefix(SQLITE))

    def folders(self) -> tuple[FolderTable, ...]:
        """Return the channels that are folders, in the order of the file."""
        return tuple(channel for channel in self.channel if isinstance(channel, FolderTable))

    def mailboxes(self) -> tuple[MailTable, ...]:
        """Return the channels that go by mail, in the order of the file."""
        return tuple(channel for channel in self.channel if isinstance(channel, MailTable))
