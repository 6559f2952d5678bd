"""`budstikke verify`: whose signature a message has, and whether to believe it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.options import JsonOption, moment
from adapter.cli.output import cell, fields, json_line

if TYPE_CHECKING:
    from adapter.trust.verdict import SignatureVerdict

_ANSWERS = {True: "yes", False: "no", None: "could not be checked"}


def verify(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Signed messages.")
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
            help="The trusted root certificates and their intermediate issuers.",
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
) -> None:
    """Verify signatures on messages.

    Is the message as it was signed, who signed it, and is that somebody trusted? Without --trust only
    the first two are answered. Exit code 1 when a message is not signed, or an answer is not yes.
    """
    from adapter.trust.chain import Anchors
    from adapter.trust.verifier import Verifier

    verifier = Verifier(anchors=None if trust is None else Anchors.load(trust))
    moment_of_check = at or datetime.now(UTC)
    is_well = True
    for file in files:
        verdict = verifier.judge(file.read_bytes(), at=moment_of_check, allows_weak=allow_sha1)
        if as_json:
            json_line({"file": str(file), **verdict.as_dict()})
        else:
            _tell(file, verdict)
        is_untrusted = verdict.trusted is not True and trust is not None
        is_well = is_well and verdict.intact is True and verdict.trusted is not False and not is_untrusted
    if not is_well:
        raise typer.Exit(ExitCode.REJECTED)


def _tell(file: Path, verdict: SignatureVerdict) -> None:
    signer = verdict.signer
    typer.echo(f"{file}: {verdict.reason}")
    fields(
        [
            ("  intact", _ANSWERS[verdict.intact]),
            ("  trusted", _ANSWERS[verdict.trusted]),
            ("  signer", signer and signer.subject),
            ("  organisation number", signer and signer.organisation_number),
            ("  serial number", signer and signer.serial),
            ("  certificate", signer and f"{cell(signer.valid_from)} - {cell(signer.valid_until)}"),
            ("  algorithm", verdict.algorithm),
            ("  judged as of", verdict.at),
            *((f"  {one.question.value}?", f"{_ANSWERS[one.answer]}. {one.text}") for one in verdict.evidence),
        ]
    )
