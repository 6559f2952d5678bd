"""`budstikke partner`: who is who, what each takes, and whether that still holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.opening import is_configured, open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from adapter.cli.output import cell, fields, json_line, section, table
from adapter.errors import ConfigError, PartnerError

if TYPE_CHECKING:  # what reads settings and certificates takes long to import
    from adapter.config import Settings
    from adapter.partner.address import Answer, Entry
    from adapter.partner.register import Partner
    from adapter.partner.snapshot import Snapshot

partner = typer.Typer(help="Import, list, show and check what is known of parties.", no_args_is_help=True)

FolderOption = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", file_okay=False, help="Where snapshots are kept; [partners] folder."),
]
HerArgument = Annotated[str, typer.Argument(metavar="HER-ID", help="Digits only.")]


@partner.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Agreements (CPA), profiles (CPP)."),
    ],
    *,
    folder: FolderOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what they say, write nothing.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Read agreements and profiles of ebXML and keep what they say of each party.

    An earlier snapshot of the same agreement is replaced; its certificates that still are valid are kept beside the
    new ones, and so is what people wrote into it.
    """
    from adapter.partner import cpa

    now = datetime.now(UTC)
    kept = None if dry_run else _folder(folder, config)
    # all are read before one is written: a mistake in one file leaves no half import
    readings = [(file, cpa.read(file.read_bytes(), source=file.name, at=now)) for file in files]
    for file, reading in readings:
        if not as_json:
            typer.echo(f"{file}:")
            for note in reading.notes:
                typer.echo(f"  note: {note}")
        for snapshot in reading.snapshots:
            _keep(snapshot, kept, now, as_json=as_json)


@partner.command("refresh")
def refresh_parties(
    her_ids: Annotated[list[str], typer.Argument(metavar="HER-ID...", help="Digits only.")],
    *,
    folder: FolderOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Keep what Adresseregisteret says of parties now, their certificates included."""
    from adapter.config import build

    settings = open_settings(config)
    register, now, kept = build.address_register(settings), datetime.now(UTC), folder or _configured(settings)
    found = [(her_id, register.snapshot(_her_id(her_id), now)) for her_id in her_ids]
    if gone := [her_id for her_id, snapshot in found if snapshot is None]:
        raise PartnerError(f"The address register knows no party with the HER-id {', '.join(gone)}.")
    for _, snapshot in found:
        if snapshot is not None:
            _keep(snapshot, kept, now, as_json=as_json)


@partner.command("list")
def list_parties(*, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List the parties of the configuration, with what holds for each now."""
    from adapter.config import build
    from adapter.partner.snapshot import Use

    now = datetime.now(UTC)
    rows = []
    for found in build.register(open_settings(config)):
        ends = [end for snapshot in found.snapshots for use in Use if (end := _end(snapshot, use)) is not None]
        rows.append(
            {
                "id": found.id,
                "role": found.role,
                "her_ids": found.her_ids,
                "service_type": found.service_type,
                "channel": found.channel,
                "agreements": [each.agreement for each in found.snapshots if each.agreement and each.is_valid_at(now)],
                "certificates_end": min(ends, default=None),
            }
        )
    if as_json:
        for row in rows:
            json_line(row)
        return
    headings = ("ID", "ROLE", "HER-ID", "SERVICE", "CHANNEL", "AGREEMENT", "CERTIFICATES END")
    table(headings, ([_joined(value) for value in row.values()] for row in rows), empty="There are no parties.")


@partner.command("show")
def show_party(
    name: Annotated[str, typer.Argument(metavar="ID", help="Its name in the configuration, or a HER-id.")],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show all that is known of one party: snapshots, certificates, ways, kinds of messages, its address."""
    from adapter.config import build
    from adapter.partner.codec import plain

    settings, now = open_settings(config), datetime.now(UTC)
    register = build.register(settings)
    found = register.by_id(name) or register.by_her(name)
    if found is None:
        raise PartnerError(f"There is no party {name}.", hint="`budstikke partner list` lists them.")
    addresses = build.address_register(settings)
    answers = [addresses.known(her_id, now) for her_id in found.her_ids]
    if as_json:
        json_line({"id": found.id, "snapshots": plain(found.snapshots), "addresses": plain(tuple(answers))})
        return
    fields(_facts(found))
    for snapshot in found.snapshots:
        section(f"{snapshot.agreement or 'Without an agreement'} (from {snapshot.source}, {cell(snapshot.taken_at)})")
        _show_snapshot(snapshot)
    section("Adresseregisteret")
    for answer in answers:
        said = f"asked {cell(answer.asked_at)}" if answer.asked_at else answer.failure
        typer.echo(f"{answer.her_id}  {answer.presence.value}, {said}{', old or in doubt' if answer.is_stale else ''}")


@partner.command("check")
def check_parties(*, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Tell what speaks against what is known: ends near or past, addresses that are gone, sources that differ.

    Nobody is asked; `lookup` and `refresh` do that. Exit code 1 where messages do not go as it is.
    """
    from adapter.config import build
    from adapter.partner.review import review

    settings, now = open_settings(config), datetime.now(UTC)
    addresses = build.address_register(settings)
    remarks = [
        remark
        for found in build.register(settings)
        for remark in review(found, [addresses.known(her_id, now) for her_id in found.her_ids], now)
    ]
    for remark in remarks:
        if as_json:
            json_line(remark)
        else:
            typer.echo(f"{remark.party} {'fault' if remark.is_fault else 'note'}: {remark.text}\n    {remark.hint}")
    if not remarks and not as_json:
        typer.echo("Nothing speaks against what is known of the parties.")
    raise typer.Exit(ExitCode.REJECTED if any(remark.is_fault for remark in remarks) else ExitCode.WELL)


@partner.command("lookup")
def look_up(
    her_id: HerArgument,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody; tell what is known.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Ask Adresseregisteret who has a HER-id.

    Exit code 0 where somebody has, 1 where nobody has, 3 where it could not be asked and never was.
    """
    from adapter.config import build
    from adapter.partner.address import Presence
    from adapter.partner.codec import plain

    addresses, now = build.address_register(open_settings(config)), datetime.now(UTC)
    answer = addresses.known(_her_id(her_id), now) if offline else addresses.refresh(_her_id(her_id), now)
    codes = {Presence.LISTED: ExitCode.WELL, Presence.GONE: ExitCode.REJECTED, Presence.UNASKED: ExitCode.FAILED}
    if as_json:
        json_line(plain(answer))
        raise typer.Exit(codes[answer.presence])
    fields([*_answered(answer, now), *(_entered(answer.entry) if answer.entry else ())])
    raise typer.Exit(codes[answer.presence])


@partner.command("simulate")
def simulate_register(
    folder: Annotated[Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="A folder of snapshots.")],
    *,
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, metavar="N", help="On this machine only.")] = 8155,
) -> None:
    """Play Adresseregisteret over a folder of snapshots, until it is told to stop.

    The folder is read anew for each question: take a file away, and the party is gone.
    """
    import signal
    from threading import Event

    from adapter.simulate.address_register import SimulatedAddressRegister

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with SimulatedAddressRegister(folder, port=port) as register:
        typer.echo(f'Adresseregisteret is simulated at {register.url}: write it as [addresses] url = "{register.url}".')
        stop.wait()


def _keep(snapshot: Snapshot, folder: Path | None, now: datetime, *, as_json: bool) -> None:
    """Write a snapshot, with what an earlier one of it knows; without a folder only tell of it."""
    from adapter.partner.codec import plain
    from adapter.partner.snapshot import renewed
    from adapter.partner.snapshot_file import file_name, read_file, save

    if folder is not None and (earlier := folder / file_name(snapshot)).is_file():
        snapshot = renewed(snapshot, read_file(earlier), at=now)
    file = None if folder is None else save(snapshot, folder)
    if as_json:
        json_line({"file": file, "snapshot": plain(snapshot)})
        return
    section(f"{snapshot.name} ({', '.join(snapshot.her_ids)}){f' -> {file}' if file else ''}")
    _show_snapshot(snapshot)


def _show_snapshot(snapshot: Snapshot) -> None:
    fields(
        [
            ("Organisation", snapshot.organisation_number),
            ("Above it", snapshot.parent_her_id),
            ("Service type", snapshot.service_type),
            ("Agreement", snapshot.agreement),
            ("Status", snapshot.status),
            ("With", ", ".join(snapshot.counterparts)),
            ("Valid from", snapshot.valid_from),
            ("Valid until", snapshot.valid_until),
            ("SHA-1 until", snapshot.sha1_until),
            ("3DES until", snapshot.triple_des_until),
        ]
    )
    for credential in snapshot.credentials:
        own = credential.certificate
        typer.echo(f"{credential.use.value}  {own.subject}, {own.issuer}, until {cell(own.valid_until)}, {own.serial}")
    for link in snapshot.links:
        ends = ", ".join(f"{end.address} ({end.purpose})" for end in link.endpoints)
        numbers = link.reliability
        again = f"; {numbers.retries} more times, every {numbers.retry_interval}" if numbers else ""
        typer.echo(f"{link.protocol}  {ends}{again}")
    for found in snapshot.capabilities:
        typer.echo(f"{found.way.value}  {found.service} / {found.action} as {found.role}{_documents(found.documents)}")


def _documents(documents: tuple[str, ...]) -> str:
    return f": {', '.join(documents)}" if documents else ""


def _facts(found: Partner) -> list[tuple[str, object]]:
    return [
        ("Id", found.id),
        ("Role", found.role),
        ("Name", found.name),
        ("HER-id", ", ".join(found.her_ids)),
        ("Above it", found.parent_her_id),
        ("Organisation", found.organisation_number),
        ("Service type", found.service_type),
        ("Municipality", found.municipality),
        ("Channel", found.channel),
        ("Takes", ", ".join(sorted(found.accepts))),
        ("Profiles", ", ".join(found.profiles)),
        ("Referrals as", found.agreed_type),
        ("Tolerance", ", ".join(sorted(found.tolerance))),
        ("SHA-1 until", found.sha1_until),
        ("3DES until", found.triple_des_until),
    ]


def _answered(answer: Answer, now: datetime) -> list[tuple[str, object]]:
    age = answer.age(now)
    return [
        ("HER-id", answer.her_id),
        ("Answer", answer.presence),
        ("Asked", answer.asked_at),
        ("Age", None if age is None else f"{age.days} d {age.seconds // 3600} h"),
        ("Not asked now", answer.failure),
    ]


def _entered(entry: Entry) -> list[tuple[str, object]]:
    return [
        ("Name", entry.name),
        ("Type", entry.type),
        ("Above it", entry.parent_her_id),
        ("Organisation", entry.organisation_number),
        ("Service type", entry.service_type),
        ("EDI address", entry.edi_address),
        ("Valid from", entry.valid_from),
        ("Valid until", entry.valid_until),
    ]


def _end(snapshot: Snapshot, use: str) -> datetime | None:
    ends = (credential.certificate.valid_until for credential in snapshot.credentials if credential.use == use)
    return max(ends, default=None)


def _joined(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else value


def _her_id(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise typer.BadParameter("a HER-id has digits only")
    return text


def _folder(folder: Path | None, config: Path) -> Path:
    """Return where snapshots go: where the command says, or else the configuration."""
    if folder is not None:
        return folder
    if not is_configured(config):
        raise ConfigError("Nothing says where to keep it.", hint="Name --folder, or a configuration with [partners].")
    return _configured(open_settings(config))


def _configured(settings: Settings) -> Path:
    if settings.partners.folder is None:
        raise ConfigError("The configuration has no [partners] folder.", hint='Write folder = "partners" there.')
    return settings.partners.folder
