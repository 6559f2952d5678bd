"""`budstikke certificates`: what this installation has, and whether it is in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, moment
from adapter.cli.output import json_line, table
from adapter.values import value_class

if TYPE_CHECKING:
    from adapter.config import Settings
    from adapter.trust.store import Entry
    from adapter.trust.verdict import Evidence

certificates = typer.Typer(
    help="List and check the certificates of the configuration.", no_args_is_help=True, rich_markup_mode=None
)

_WELL, _RENEWED = "well", "renewed"


@certificates.command("list")
def list_certificates(*, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List one's own, those of partners, and the trusted issuers."""
    from adapter.config import build

    entries = build.certificates(open_settings(config)).entries
    if as_json:
        for entry in entries:
            json_line(_described(entry))
        return
    table(
        ("role", "file", "for", "until", "holder", "serial number", "from"),
        [
            (*_brief(entry), entry.certificate.subject, entry.certificate.serial, entry.certificate.valid_from)
            for entry in entries
        ],
        empty="There are no certificates; [trust] of the configuration says where they would lie.",
    )


@certificates.command("check")
def check_certificates(
    *,
    at: Annotated[
        datetime | None,
        typer.Option("--at", parser=moment, metavar="TIME", help="Judge as of then (2026-03-09); now when left out."),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Check one's own certificates and those of partners.

    Do keys and certificates belong together, when do they end, are their issuers trusted, and were
    they taken back? Exit code 1 when something needs somebody's attention.
    """
    checks = list(_checks(open_settings(config), at or datetime.now(UTC)))
    for check in checks:
        if as_json:
            json_line(check.as_dict())
    if not as_json:
        table(
            ("state", "role", "file", "for", "until"),
            [(check.state, *_brief(check.entry)) for check in checks],
            empty="There is nothing to check; [trust] of the configuration says where certificates lie.",
        )
        for check in checks:
            for text in check.remarks:
                typer.echo(f"{check.entry.path.name}: {text}")
    if any(check.state not in {_WELL, _RENEWED} for check in checks):
        raise typer.Exit(ExitCode.REJECTED)


@value_class
class _Check:
    """One certificate, and what there is to say of it."""

    entry: Entry
    state: str
    remarks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the check as `--json` prints it."""
        asked = [{"question": one.question.value, "answer": one.answer, "text": one.text} for one in self.evidence]
        return {**_described(self.entry), "state": self.state, "remarks": self.remarks, "evidence": asked}


def _checks(settings: Settings, at: datetime) -> Iterator[_Check]:
    from adapter.config import build

    store = build.certificates(settings)
    verifier = build.verifier(settings)
    expiring = {one.entry: one for one in store.expiring(at, settings.trust.warning_days)}
    for entry in (*store.own, *store.partners):
        if store.is_renewed(entry):
            yield _Check(entry=entry, state=_RENEWED)
            continue
        evidence = verifier.judge_certificate(entry.certificate, at=at).evidence
        # what it is made for is no question here: some sign, some encrypt
        evidence = tuple(one for one in evidence if one.question.value != "usage")
        ending = expiring.get(entry)
        yield _Check(
            entry=entry,
            state=_state(evidence, is_ending=ending is not None),
            remarks=(*([ending.text] if ending else []), *(one.text for one in evidence if one.answer is not True)),
            evidence=evidence,
        )


def _state(evidence: tuple[Evidence, ...], *, is_ending: bool) -> str:
    answers = {one.answer for one in evidence}
    if False in answers:
        return "not valid"
    if None in answers:
        return "not checked"
    return "ends soon" if is_ending else _WELL


def _brief(entry: Entry) -> tuple[object, ...]:
    return entry.role, entry.path.name, ", ".join(entry.uses), entry.certificate.valid_until


def _described(entry: Entry) -> dict[str, object]:
    certificate = entry.certificate
    return {
        "role": entry.role.value,
        "file": entry.path,
        "subject": certificate.subject,
        "organisation_number": certificate.organisation_number,
        "for": entry.uses,
        "serial": certificate.serial,
        "issuer": certificate.issuer,
        "valid_from": certificate.valid_from,
        "valid_until": certificate.valid_until,
    }
