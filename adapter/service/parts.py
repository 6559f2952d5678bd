"""Everything a process needs, built once from the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from adapter.channel.folder import FolderChannel
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.scan import CommandScanner
from adapter.check.schema import SchemaSet
from adapter.config import Settings, build
from adapter.flow.context import Context
from adapter.service import logs
from adapter.service.desk import Desk, Policies
from adapter.service.post import Post
from adapter.service.witness import Witness
from adapter.store.store import Store

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment, the only clock of the service."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """The rooms of one process, wired together."""

    settings: Settings
    store: Store
    channels: Mapping[str, FolderChannel]
    context: Context
    post: Post
    desk: Desk

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
        policies = Policies(_policy(settings), context)
        addresses = build.address_register(settings)
        witness = Witness(build.verifier(settings)) if settings.trust.revocation else None
        judged = checker(settings, witness)
        desk = Desk(store, judged, context, policies, post, addresses=addresses, witness=witness)
        return cls(settings, store, channels, context, post, desk)

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
