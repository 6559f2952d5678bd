"""`budstikke verify`: whose signature a message has, and whether to believe it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode, say
from adapter.cli.opening import is_configured, open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, moment
from adapter.cli.output import cell, fields, json_line
from adapter.errors import BudstikkeError, SignatureUnverifiable

if TYPE_CHECKING:
    from adapter.envelope.package import Opened
    from adapter.trust.verdict import Evidence, SignatureVerdict
    from adapter.trust.verifier import Verifier

_HER_ID = "HER-id"
_HOW_TO_ASK = "[trust] revocation of a configuration says how issuers are asked."
_ANSWERS = {True: "yes", False: "no", None: "could not be checked"}


def verify(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Signed messages, or ebXML.")
    ],
    *,
    trust: Annotated[
        Path | None,
        typer.Option(
            "--trust",
            envvar="BUDSTIKKE_TRUST",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="The trusted root certificates and their intermediate issuers; those of the configuration when "
            "left out.",
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option("--at", parser=moment, metavar="TIME", help="Judge as of then (2026-03-09); now when left out."),
    ] = None,
    allow_sha1: Annotated[
        bool, typer.Option("--allow-sha1", help="Rely on signatures made with SHA-1, as old systems make them.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Verify signatures on messages and on ebXML envelopes.

    Is the message as it was signed, who signed it, and is that somebody trusted? Without roots only the
    first two are answered. With a configuration issuers are asked as it says, and its parties tell the
    signer's HER-id. Exit code 1 when a message is not signed, or an answer is not yes.
    """
    verifier = _verifier(trust, config)
    moment_of_check = at or datetime.now(UTC)
    is_well = True
    for file in files:
        try:
            verdict = _judged(verifier, file.read_bytes(), moment_of_check, allows_weak=allow_sha1)
        except (BudstikkeError, OSError) as error:
            if len(files) == 1:
                raise
            # of several files the others are judged all the same
            typer.echo(f"{file}:", err=True)
            say(error)
            is_well = False
            continue
        if as_json:
            json_line({"file": str(file), **verdict.as_dict()})
        else:
            _tell(file, verdict, is_revocation_asked=verifier.revocations is not None)
        is_untrusted = verdict.trusted is not True and verifier.anchors is not None
        is_well = is_well and verdict.intact is True and verdict.trusted is not False and not is_untrusted
    if not is_well:
        raise typer.Exit(ExitCode.REJECTED)


def _judged(verifier: Verifier, data: bytes, at: datetime, *, allows_weak: bool) -> SignatureVerdict:
    """Return the verdict on a message, or on the envelope of an ebXML message; BudstikkeError."""
    from adapter.envelope.sniff import is_ebxml

    if not is_ebxml(data):
        return verifier.judge(data, at=at, allows_weak=allows_weak)
    return verifier.judge_by(lambda: _unsealed(data, allows_weak=allows_weak), at=at)


def _unsealed(data: bytes, *, allows_weak: bool) -> Opened:
    """Return what the signature of an ebXML message vouches for; raises like `package.unseal`."""
    from adapter.envelope import package
    from adapter.envelope.sniff import is_package

    found = package.read(data)
    if not is_package(data) and any(reference.uri for reference in found.signed_references):
        raise SignatureUnverifiable("The signature covers parts that are not in the file.")
    return package.unseal(found, allows_weak=allows_weak)


def _verifier(trust: Path | None, config: Path) -> Verifier:
    """Return what judges: by the configuration where there is one, and by the roots that are named."""
    from adapter.trust.chain import Anchors
    from adapter.trust.verifier import Verifier

    if not is_configured(config):
        return Verifier(anchors=None if trust is None else Anchors.load(trust))
    from adapter.config import build

    settings = open_settings(config)
    verifier = build.verifier(settings, build.signers(settings))
    return verifier if trust is None else replace(verifier, anchors=Anchors.load(trust))


def _tell(file: Path, verdict: SignatureVerdict, *, is_revocation_asked: bool) -> None:
    signer = verdict.signer
    typer.echo(f"{file}: {verdict.reason}")
    fields(
        [
            ("  intact", _ANSWERS[verdict.intact]),
            ("  trusted", _ANSWERS[verdict.trusted]),
            ("  signer", signer and signer.subject),
            ("  organisation number", signer and signer.organisation_number),
            ("  HER-id", _her_ids(verdict)),
            ("  serial number", signer and signer.serial),
            ("  certificate", signer and f"{cell(signer.valid_from)} - {cell(signer.valid_until)}"),
            ("  algorithm", verdict.algorithm),
            ("  judged as of", verdict.at),
            *((f"  {one.question.value}?", f"{_answer(one)}{one.text}") for one in verdict.evidence),
            ("  revocation?", None if is_revocation_asked or not signer else "not asked. " + _HOW_TO_ASK),
        ]
    )


def _answer(one: Evidence) -> str:
    """Return the answer in front of what it rests on; which HER-id it is, is told by that alone."""
    return "" if one.question.value == _HER_ID else f"{_ANSWERS[one.answer]}. "


def _her_ids(verdict: SignatureVerdict) -> str | None:
    """Return the signer's HER-ids, or that the register could not say; None where it was not asked."""
    if all(one.question.value != _HER_ID for one in verdict.evidence):
        return None
    return ", ".join(verdict.signer.her_ids if verdict.signer else ()) or "could not be said"
