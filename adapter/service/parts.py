"""Everything a process needs, built once from the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from adapter.channel.folder import FolderChannel
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.scan import CommandScanner
from adapter.check.schema import SchemaSet
from adapter.config import Settings, build
from adapter.errors import ConfigError
from adapter.flow.context import Context
from adapter.service import logs
from adapter.service.desk import Desk
from adapter.service.judge import Judge, Policies
from adapter.service.post import Post
from adapter.service.witness import Witness
from adapter.store.store import Store
from adapter.values import value_class

if TYPE_CHECKING:  # most installations have no mail channel
    from adapter.service.courier.receive import Receiver
    from adapter.service.courier.send import Courier

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment, the only clock of the service."""
    return datetime.now(UTC)


@value_class(kw_only=False)
class MailRoom:
    """What handles mail."""

    courier: Courier
    receiver: Receiver

    @classmethod
    def build(cls, settings: Settings, store: Store, context: Context, software_version: str) -> Self:
        """Read the certificates, and name the mail channels; ConfigError where a certificate cannot be used."""
        # What reads certificates takes long to import, and most installations have no mail channel.
        from adapter.envelope.header import Software  # noqa: PLC0415 - see above
        from adapter.service.courier.keys import Keyring  # noqa: PLC0415 - see above
        from adapter.service.courier.receive import Receiver  # noqa: PLC0415 - see above
        from adapter.service.courier.send import Courier  # noqa: PLC0415 - see above

        software = Software(server="Budstikke", server_version=software_version)
        keys = Keyring(certificates=build.certificates(settings), software=software)
        channels = build.mail_channels(settings)
        courier = Courier(store, channels, context, keys, build.retry_policy(settings))
        receiver = Receiver(
            store,
            channels,
            context,
            keys,
            build.verifier(settings, build.signers(settings, context.register)),
            unverifiable=settings.trust.unverifiable,
            limits=build.limits(settings),
        )
        return cls(courier, receiver)


@value_class(kw_only=False)
class Parts:
    """The rooms of one process, wired together."""

    settings: Settings
    store: Store
    channels: Mapping[str, FolderChannel]
    context: Context
    post: Post
    judge: Judge
    desk: Desk
    #: By whom the judge judges signatures, and who tells the desk whose they are.
    witness: Witness
    #: None where no channel goes by mail.
    mail: MailRoom | None = None

    @property
    def channel_ids(self) -> frozenset[str]:
        """Return the ids of all channels, whatever carries their bytes."""
        return self.context.reliable_channels.union(self.channels)

    @property
    def mail_room(self) -> MailRoom:
        """Return what handles mail; ConfigError where no channel goes by it."""
        if self.mail is None:
            raise ConfigError("No channel of the configuration goes by mail.")
        return self.mail

    @classmethod
    def build(
        cls, settings: Settings, *, store: Store | None = None, software_version: str = version("budstikke")
    ) -> Parts:
        """Open the store, unless one is given, and load schemas and code lists; raises StoreError and ConfigError."""
        logs.ensure()
        store = store or Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds())
        channels = build.channels(settings)
        context = build.context(settings, software_version=software_version)
        post = Post(store, channels, build.retry_policy(settings))
        addresses = build.address_register(settings)
        witness = Witness(build.verifier(settings, build.signers(settings, context.register)))
        judge = Judge(checker(settings, witness), Policies(_policy(settings), context), context, addresses)
        desk = Desk(store, judge, context, post, addresses=addresses, witness=witness)
        mail = MailRoom.build(settings, store, context, software_version) if settings.mailboxes() else None
        return cls(settings, store, channels, context, post, judge, desk, witness, mail)

    def renewed(self) -> Parts:
        """Return the same rooms with partners and certificates read anew; raises ConfigError and SnapshotUnreadable."""
        software_version = self.context.answering.software_version
        context = build.context(self.settings, software_version=software_version)
        mail = self.mail and MailRoom.build(self.settings, self.store, context, software_version)
        judge = self.judge.knowing(context)
        self.witness.knowing(build.signers(self.settings, context.register))
        return replace(self, context=context, judge=judge, desk=self.desk.knowing(judge, context), mail=mail)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def checker(settings: Settings, witness: Witness | None = None) -> Checker:
    """Return the checker with the configured schemas, limits, scanner and trusted roots; a witness judges for it."""
    scan = CommandScanner(settings.checks.scan_command) if settings.checks.scan_command else None
    return Checker(
        SchemaSet.load(settings.schemas.directory),
        CodeLists.load(),
        build.limits(settings),
        explain=True,
        scan=scan,
        verify=(witness or build.verifier(settings)).judge,
    )


def _policy(settings: Settings) -> Policy:
    numbers: frozenset[str] = frozenset()
    if settings.checks.allowed_numbers_file:
        numbers = frozenset(settings.checks.allowed_numbers_file.read_text("utf-8").split())
    return Policy(
        environment=settings.adapter.environment, allowed_numbers=numbers, unverifiable=settings.trust.unverifiable
    )
