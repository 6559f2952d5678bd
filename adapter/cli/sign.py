"""`budstikke sign`: a message with a signature over all of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.options import OutputOption, PassphraseOption
from adapter.cli.output import write_out

if TYPE_CHECKING:
    from adapter.trust.certificate import Certificate


def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A message.")],
    *,
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", exists=True, dir_okay=False, help="The private key, PEM.")
    ],
    certificate: Annotated[
        Path,
        typer.Option("--certificate", metavar="FILE", exists=True, dir_okay=False, help="Its certificate, PEM or DER."),
    ],
    passphrase_file: PassphraseOption = None,
    output: OutputOption = None,
) -> None:
    """Sign a message.

    The signature is the last element of the message: RSA with SHA-256
    over inclusive canonical XML, as HIS 80415 and NAV have it.
    """
    from adapter.trust.certificate import read_certificates
    from adapter.trust.keys import load_key, passphrase_of
    from adapter.trust.signature import sign as signed

    own = read_certificates(certificate)[0]
    data = signed(file.read_bytes(), load_key(key, passphrase_of(passphrase_file)), own.x509)
    for remark in _remarks(own, datetime.now(UTC)):
        typer.echo(f"{certificate}: {remark} A receiver will not accept the signature (S02).", err=True)
    write_out(data, output)


def _remarks(own: Certificate, now: datetime) -> Iterator[str]:
    """Yield why signatures by a certificate are worth nothing, although they can be made: for trying that out too."""
    if not own.usages:
        yield "The certificate is not made for signing."
    if not own.is_valid_at(now):
        yield f"The certificate is valid from {own.valid_from:%Y-%m-%d} to {own.valid_until:%Y-%m-%d} only."
