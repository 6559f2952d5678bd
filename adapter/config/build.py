"""Turn settings into the values the rooms work with: what the composition roots start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.channel.folder import FolderChannel
from adapter.channel.mail.server import Server
from adapter.check.codelists import CodeLists
from adapter.config.models import ContactTable, PartyTable, Settings
from adapter.errors import ConfigError, SnapshotUnreadable
from adapter.flow.context import Answering, Context, Deadlines, Route, Timers
from adapter.flow.drafts.author import author_of
from adapter.flow.retry import RetryPolicy
from adapter.flow.schedule import Schedule
from adapter.message.party import HealthcareProfessional
from adapter.partner.address_cache import AddressCache
from adapter.partner.address_register import AddressRegister
from adapter.partner.register import Partner, Register
from adapter.partner.signers import Signers
from adapter.partner.snapshot import Snapshot, about
from adapter.partner.snapshot_file import read_folder
from adapter.wire.parse import Limits

if TYPE_CHECKING:  # what reads certificates or mail takes long to import, and most commands meet neither
    from adapter.channel.mail.channel import MailChannel
    from adapter.trust.parties import Parties
    from adapter.trust.revocation import Revocation
    from adapter.trust.store import CertificateStore
    from adapter.trust.verifier import Verifier


def register(settings: Settings) -> Register:
    """Return the register of all parties."""
    lists = CodeLists.load()
    known = snapshots(settings)
    return Register(_partner(party, known, lists, is_strict=settings.checks.strict) for party in settings.party)


def snapshots(settings: Settings) -> tuple[Snapshot, ...]:
    """Return what agreements and registers say of parties; raises SnapshotUnreadable."""
    folder = settings.partners.folder
    if folder is None:
        return ()
    try:
        return read_folder(folder)
    except OSError as error:
        raise SnapshotUnreadable(f"The folder of [partners], {folder}, cannot be read: {error.strerror}.") from None


def _partner(party: PartyTable, known: tuple[Snapshot, ...], lists: CodeLists, *, is_strict: bool) -> Partner:
    """Return a party; the configuration wins over its snapshots, and a newer snapshot over an older one."""
    own = about(party.her_ids, known)

    def from_snapshots(key: str) -> Any:  # noqa: ANN401 - of the type that the party has under the key
        if key in party.model_fields_set:
            return getattr(party, key)
        said = (getattr(snapshot, key) for snapshot in own)
        return next((value for value in said if value is not None), getattr(party, key))

    parent = from_snapshots("parent_her_id")
    # agreements with NAV are between organisations
    above = about([parent], known) if parent else ()
    return Partner(
        id=party.id,
        role=party.role,
        name=party.name,
        her_ids=party.her_ids,
        parent_her_id=parent,
        organisation_number=from_snapshots("organisation_number"),
        channel=party.channel,
        receipts=party.receipts,
        profiles=party.profiles,
        service_type=from_snapshots("service_type"),
        agreed_type=party.agreed_type,
        municipality=from_snapshots("municipality"),
        tolerance=frozenset() if is_strict else frozenset(from_snapshots("tolerance")),
        is_dedicated=party.dedicated,
        strict_sender=party.strict_sender,
        outbound_checks=party.outbound_checks,
        signature_required=party.signature_required,
        sha1_until=from_snapshots("sha1_until"),
        triple_des_until=from_snapshots("triple_des_until"),
        accepts=frozenset(party.accepts),
        relays_unsupported=party.relays_unsupported,
        contact=_contact(party.contact, lists),
        address=party.address,
        packing=party.packing,
        snapshots=(*own, *above),
    )


def address_register(settings: Settings) -> AddressRegister:
    """Return Adresseregisteret as this installation reaches it; nobody is asked yet."""
    from adapter.partner.http_get import HttpGet  # noqa: PLC0415 - few commands ask a server

    table = settings.addresses
    return AddressRegister(
        table.url,
        AddressCache(table.cache),
        HttpGet(timeout=table.patience.total_seconds(), token_file=table.token_file, proxy=table.proxy),
        fresh_for=table.fresh_for,
    )


def _contact(contact: ContactTable | None, lists: CodeLists) -> HealthcareProfessional | None:
    if contact is None:
        return None
    return author_of(
        name=contact.name,
        profession=contact.profession,
        hpr=contact.hpr,
        phone=contact.phone,
        name_of=lists.name_of,
    )


def context(settings: Settings, *, software_version: str = "") -> Context:
    """Return everything configured that decisions about messages depend on."""
    return Context(
        register=register(settings),
        routes=tuple(
            Route(
                name=route.name,
                to=frozenset(route.when.to),
                sent_by=frozenset(route.when.sender),
                types=frozenset(route.when.type),
                tags=frozenset(route.when.tag),
                channels=route.deliver,
                schedule=route.timetable(),
                is_held=route.hold,
            )
            for route in settings.route
        ),
        deadlines=Deadlines(
            notice_after=settings.receipts.notice_after,
            alarm_after=settings.receipts.alarm_after,
        ),
        timers=Timers(**{name: getattr(settings.timers, name) for name in Timers.__dataclass_fields__}),
        answering=Answering(
            foreign_organisation=settings.receipts.foreign_organisation,
            unknown_service=settings.receipts.unknown_service,
            fallback=settings.receipts.fallback,
            software_name=settings.receipts.software_name,
            software_version=software_version,
        ),
        environment=settings.adapter.environment,
        reliable_channels=frozenset(channel.id for channel in settings.mailboxes()),
    )


def retry_policy(settings: Settings) -> RetryPolicy:
    """Return when failed deliveries are tried again."""
    return RetryPolicy(
        attempts=settings.retries.attempts,
        first_wait=settings.retries.first_wait,
        factor=settings.retries.factor,
        longest_wait=settings.retries.longest_wait,
    )


def limits(settings: Settings) -> Limits:
    """Return how large a document may be."""
    return Limits(**settings.limits.model_dump())


def signers(settings: Settings, known: Register | None = None) -> Signers:
    """Return who says which parties sign with a certificate, by a register that is there or the configured one.

    Raises SnapshotUnreadable.
    """
    return Signers(register(settings) if known is None else known, snapshots(settings))


def verifier(settings: Settings, parties: Parties | None = None) -> Verifier:
    """Return what signatures are judged by, and signers named by; raises ConfigError.

    The error is that the trusted certificates cannot be used.
    """
    from adapter.trust.chain import Anchors  # noqa: PLC0415 - see above
    from adapter.trust.verifier import Verifier  # noqa: PLC0415 - see above

    roots = settings.trust.roots
    anchors = None if roots is None else Anchors.load(roots, policies=settings.trust.policies)
    return Verifier(anchors=anchors, revocations=revocation(settings), parties=parties, limits=limits(settings))


def revocation(settings: Settings) -> Revocation | None:
    """Return who says whether certificates were taken back; None where nobody is asked."""
    trust = settings.trust
    if not trust.revocation:
        return None
    from adapter.trust.fetch import HttpFetch  # noqa: PLC0415 - see above
    from adapter.trust.revocation import Revocation  # noqa: PLC0415 - see above

    return Revocation(
        fetch=HttpFetch(timeout=trust.patience.total_seconds(), proxy=trust.proxy),
        ways=trust.revocation,
        cache=trust.revocation_cache,
        lists=trust.revocation_lists,
        uses_nonce=trust.ocsp_nonce,
    )


def certificates(settings: Settings) -> CertificateStore:
    """Read the certificates of this installation anew; raises ConfigError where one cannot be used."""
    from adapter.trust.keys import passphrase_of  # noqa: PLC0415 - see above
    from adapter.trust.store import CertificateStore  # noqa: PLC0415 - see above

    trust = settings.trust
    try:
        passphrase = passphrase_of(trust.passphrase_file)
    except OSError as error:
        raise ConfigError(f"{trust.passphrase_file}: {error.strerror}.") from None
    return CertificateStore.load(own=trust.own, partners=trust.partners, roots=trust.roots, passphrase=passphrase)


def channels(settings: Settings) -> dict[str, FolderChannel]:
    """Return the folder channels by id, in the order of the file; nothing is opened yet."""
    return {
        channel.id: FolderChannel(
            channel.id,
            inbox=channel.inbox,
            outbox=channel.outbox,
            archive=channel.archive,
            suffixes=channel.suffixes,
            quiet=channel.quiet,
            patience=channel.patience,
            max_bytes=settings.limits.max_bytes,
        )
        for channel in settings.folders()
    }


def mail_channels(settings: Settings) -> dict[str, MailChannel]:
    """Return the mail channels by id, in the order of the file; no server is asked yet."""
    if not settings.mailboxes():
        return {}
    from adapter.channel.mail.account import Account  # noqa: PLC0415 - see above
    from adapter.channel.mail.channel import MailChannel  # noqa: PLC0415 - see above
    from adapter.channel.mail.terms import Terms  # noqa: PLC0415 - see above

    return {
        channel.id: MailChannel(
            channel.id,
            inbox=Server.parse(channel.inbox, "imap", "pop3"),
            outbox=Server.parse(channel.outbox, "smtp"),
            account=Account(
                user=channel.user,
                password_file=channel.password_file,
                ca_file=channel.ca_file,
                certificate_file=channel.certificate_file,
            ),
            terms=Terms(
                address=channel.address,
                largest_mail=channel.largest_mail,
                largest_payload=channel.largest_payload,
                retries=channel.retries,
                retry_interval=channel.retry_interval,
                time_to_live=channel.time_to_live or None,
                signs_messages=channel.signs_messages,
            ),
            folder=channel.folder,
            aside=channel.aside,
            patience=channel.patience,
        )
        for channel in settings.mailboxes()
    }


def polls(settings: Settings) -> dict[str, Schedule]:
    """Return when to look into each channel, by its id."""
    return {channel.id: Schedule.parse(channel.poll) for channel in settings.channel}
