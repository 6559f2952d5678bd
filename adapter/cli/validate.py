"""`budstikke validate`: the whole ladder of checks on files and folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapter.cli import navs_answer
from adapter.cli.exits import ExitCode, say
from adapter.cli.opening import is_configured, open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from adapter.cli.output import finding_lines, json_line
from adapter.errors import ConfigError
from adapter.files import messages_below, nothing_below

if TYPE_CHECKING:
    from adapter.check.explain_process import ExplainProcess
    from adapter.check.finding import Report
    from adapter.check.ladder import Checker
    from adapter.check.nav import NavAnswer
    from adapter.check.policy import Policy
    from adapter.check.signature import Verify
    from adapter.config import Settings
    from adapter.envelope.rules.checker import EnvelopeReport
    from adapter.envelope.rules.knowledge import Knowledge
    from adapter.envelope.rules.table import Open
    from adapter.flow.answer import Preview
    from adapter.partner.register import Register

#: Verdicts by which a message goes on.
_GOES_ON = frozenset({"accept", "tolerated", "ignore"})
#: The party that is known without configuration, and the profile for messages to it.
_NAV, _NAVT = "nav", "navt"


class Profile(StrEnum):
    """The content profiles that can be asked for."""

    #: Arbeidsrettet mestringsopphold.
    AMO = "amo"
    #: Frisklivssentral.
    FRI = "fri"
    #: Messages to NAV.
    NAVT = "navt"


def validate(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", exists=True, help="Files, and folders with *.xml at any depth.")
    ],
    *,
    as_json: JsonOption = False,
    direction: Annotated[
        Literal["inbound", "outbound"],
        typer.Option("--as", envvar="BUDSTIKKE_VALIDATE_AS", help="Judge as received, or as about to be sent."),
    ] = "inbound",
    partner: Annotated[
        str | None, typer.Option("--partner", metavar="ID", help="Apply the tolerance and profiles of this party.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="ID", help="Apply the profiles of this party as the receiver; nav: tell NAV's answer."
        ),
    ] = None,
    profile: Annotated[
        list[Profile] | None,
        typer.Option("--profile", metavar="NAME", help="Check against this content profile too: amo, fri, navt."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Tolerate no schema-invalid shape.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Check messages.

    Form, schema, code lists, rules: the whole ladder. Exit code 1 when a message does not go on.
    """
    files = [file for path in paths for file in (messages_below(path) if path.is_dir() else [path])]
    if not files:
        raise typer.BadParameter(nothing_below(paths))
    settings = open_settings(config) if partner is not None or to not in {None, _NAV} or is_configured(config) else None
    checker = build_checker(settings, context.obj.explaining)
    policy = build_policy(
        settings, direction=direction, partner=partner, to=to, profiles=profile or (), is_strict=strict
    )
    tell = _tell_json if as_json else _tell
    # Imported before the first check, which may wait for the child.
    from adapter.flow.answer import predict

    verdicts: Counter[str] = Counter()
    unreadable = 0
    now = datetime.now(UTC)
    known = cache(lambda: _knowledge(settings, now))
    with checker:
        for path in files:
            try:
                data = path.read_bytes()
            except OSError as error:
                say(error)
                unreadable += 1
                continue
            envelope = _envelope(data, direction, known)
            report = envelope or checker.check(data, policy, now=now)
            verdicts[report.verdict.value] += 1
            tell(
                path,
                report,
                predict(report),
                [navs_answer.predicted(data, report, policy)] if _NAVT in policy.profiles and to else [],
            )
            if envelope and not as_json:
                _tell_unchecked(envelope.unchecked)
    if not as_json:
        counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        typer.echo(f"{verdicts.total()} file{'' if verdicts.total() == 1 else 's'}: {counted or 'nothing read'}")
    if unreadable:
        raise typer.Exit(ExitCode.FAILED)
    if set(verdicts) - _GOES_ON:
        raise typer.Exit(ExitCode.REJECTED)


def build_checker(settings: Settings | None, explaining: ExplainProcess | None = None) -> Checker:
    """Return what checks, with the process that is to explain broken files if it is under way."""
    from adapter.check.codelists import CodeLists
    from adapter.check.explain import Explainer
    from adapter.check.ladder import Checker
    from adapter.check.schema import SchemaSet
    from adapter.check.signature import OnDemand
    from adapter.wire.parse import DEFAULT_LIMITS

    limits = DEFAULT_LIMITS
    if settings:
        from adapter.config import build

        limits = build.limits(settings)
    return Checker(
        SchemaSet.load(settings.schemas.directory if settings else None),
        CodeLists.load(),
        limits,
        explainer=Explainer(explaining),
        verify=OnDemand(lambda: _verify(settings)),
    )


def _envelope(data: bytes, direction: str, known: Callable[[], Knowledge]) -> EnvelopeReport | None:
    """Return the report on an ebXML message, which has rules of its own; None for anything else."""
    from adapter.envelope.sniff import is_ebxml

    if not is_ebxml(data):
        return None
    from adapter.check.finding import Direction
    from adapter.envelope.rules.checker import check

    return check(data, Direction(direction), knowledge=known())


def _knowledge(settings: Settings | None, now: datetime) -> Knowledge:
    """Return what ebXML messages are held against besides themselves: nothing without a configuration."""
    if settings is None:
        from adapter.envelope.rules.knowledge import NOTHING

        return NOTHING
    from adapter.cli.knowledge import knowledge

    return knowledge(settings, now)


def _verify(settings: Settings | None) -> Verify:
    """Return what judges signatures: by the configured roots, or by none."""
    if settings:
        from adapter.config import build

        return build.verifier(settings).judge
    from adapter.trust.verifier import Verifier

    return Verifier().judge


def build_policy(
    settings: Settings | None,
    *,
    direction: str,
    partner: str | None,
    to: str | None,
    profiles: Iterable[str],
    is_strict: bool,
) -> Policy:
    """Return the measure. Without a partner every known live shape is tolerated."""
    from adapter.check.finding import Direction
    from adapter.check.policy import Policy

    policy = Policy(direction=Direction(direction))
    if settings:
        from adapter.config import build

        policy = replace(policy, environment=settings.adapter.environment, unverifiable=settings.trust.unverifiable)
        register = build.register(settings)
        if partner is not None:
            policy = _of_partner(policy, partner, register)
        if to is not None:
            policy = _to(policy, to, register)
    elif to == _NAV:
        policy = replace(policy, profiles=(_NAVT,))
    if is_strict:
        policy = replace(policy, tolerance=frozenset())
    return replace(policy, profiles=tuple(dict.fromkeys((*policy.profiles, *profiles))))


def _to(policy: Policy, name: str, register: Register) -> Policy:
    """Return the policy for messages to a party; NAV is known without configuration too."""
    partner = register.by_id(name)
    if partner is None and name != _NAV:
        raise _no_such_party(name, register)
    from adapter.flow.policy import policy_between

    policy = policy_between(policy, sender=None, receiver=partner)
    is_nav = partner is None or partner.role == _NAV
    return replace(policy, profiles=(*policy.profiles, _NAVT)) if is_nav else policy


def _of_partner(policy: Policy, name: str, register: Register) -> Policy:
    partner = register.by_id(name)
    if partner is None:
        raise _no_such_party(name, register)
    from adapter.flow.policy import policy_between

    return policy_between(policy, sender=partner, receiver=partner)


def _no_such_party(name: str, register: Register) -> ConfigError:
    return ConfigError(
        f"There is no party {name!r} in the configuration.",
        hint=f"Its parties are {', '.join(one.id for one in register)}.",
    )


def _tell_json(path: Path, report: Report, preview: Preview | None, navs: Sequence[NavAnswer | None]) -> None:
    told = report.as_dict()
    findings = told.pop("findings")
    apprec = preview and {
        "version": preview.version,
        "status": preview.status,
        "errors": [{"v": error.value, "dn": error.name, "ot": error.text} for error in preview.errors],
    }
    nav = {"nav": navs[0] and navs[0].as_dict()} if navs else {}
    json_line({"file": str(path), **told, "apprec": apprec, **nav, "findings": findings})


def _tell(path: Path, report: Report, preview: Preview | None, navs: Sequence[NavAnswer | None]) -> None:
    message = report.message
    known = (message.kind.value, message.version, message.type_code) if message else ()
    typer.echo(f"{report.verdict.value:<10}  {path}  {' '.join(part for part in known if part)}".rstrip())
    for finding in report.findings:
        for line in finding_lines(finding):
            typer.echo(line)
    if preview is not None and preview.errors:
        told = "; ".join(" ".join(filter(None, (error.value, error.name))) for error in preview.errors)
        typer.echo(f"  The sender gets AppRec {preview.version} with status {preview.status}: {told}")
    for answer in navs:
        for line in navs_answer.lines(answer):
            typer.echo(line)


def _tell_unchecked(rules: Iterable[Open]) -> None:
    """Tell which rules on ebXML were not checked, by what they need."""
    needing: dict[str, list[str]] = {}
    for rule in rules:
        needing.setdefault(rule.reason, []).append(rule.id)
    for needs, codes in needing.items():
        typer.echo(f"  not checked: {', '.join(dict.fromkeys(codes))}")
        typer.echo(f"      It takes {needs}.")
