"""`budstikke sign`: a message with a signature over all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli.options import OutputOption, PassphraseOption
from adapter.cli.output import write_out


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
    write_out(signed(file.read_bytes(), load_key(key, passphrase_of(passphrase_file)), own.x509), output)
