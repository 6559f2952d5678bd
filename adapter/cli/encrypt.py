"""`budstikke encrypt`: a document that only the holders of certificates can read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.options import OutputOption
from adapter.cli.output import write_out

if TYPE_CHECKING:
    from adapter.trust.payload import Packing


def encrypt(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A document.")],
    *,
    to: Annotated[
        list[Path],
        typer.Option(
            "--to",
            metavar="CERT",
            exists=True,
            dir_okay=False,
            help="A receiver's certificate for encryption, PEM or DER; more than once for several.",
        ),
    ],
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress it first, where that is agreed.")] = False,
    mime: Annotated[
        bool, typer.Option("--mime", help="Make a MIME part of it, as HITS 1172 has it; NAV wants none.")
    ] = False,
    oaep: Annotated[
        bool, typer.Option("--oaep", help="Wrap the key by RSAES-OAEP, which few receivers can read yet.")
    ] = False,
    output: OutputOption = None,
) -> None:
    """Encrypt a document for its receivers.

    CMS EnvelopedData with AES-256-CBC, DER: what goes into an ebXML message as application/pkcs7-mime.
    """
    from adapter.trust.certificate import read_certificates
    from adapter.trust.ciphers import OAEP, PKCS1
    from adapter.trust.cms import encrypt as encrypted
    from adapter.trust.payload import pack

    recipients = [read_certificates(path)[0] for path in to]
    chosen: dict[Packing, bool] = {"mime": mime, "gzip": gzip}
    content = pack(file.read_bytes(), tuple(kind for kind, is_chosen in chosen.items() if is_chosen))
    transport = OAEP if oaep else PKCS1
    write_out(encrypted(content, recipients, at=datetime.now(UTC), transport=transport), output)
