"""`budstikke decrypt`: the document in what somebody encrypted for us."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, OutputOption, PassphraseOption
from adapter.cli.output import write_out

if TYPE_CHECKING:
    from adapter.trust.pki import Pair

#: The first octet of CMS.
_SEQUENCE = b"0"
_PEM_LINE = re.compile(rb"-----[^\n]*-----")


def decrypt(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CMS EnvelopedData: DER, BER, PEM or base64."),
    ],
    *,
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="A key with its certificate: PKCS #12, PEM with both, or one after the other; "
            "those of the configuration when left out.",
        ),
    ] = None,
    passphrase_file: PassphraseOption = None,
    raw: Annotated[bool, typer.Option("--raw", help="Leave the document in its gzip or MIME, if it has any.")] = False,
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Decrypt what was encrypted for us.

    Reads what old systems write too. When it cannot be done, no reason is told, as whoever could learn
    reasons could learn the content; for which certificates it was encrypted is no secret.
    """
    from adapter.errors import Undecryptable
    from adapter.trust.cms import addressees
    from adapter.trust.cms import decrypt as decrypted
    from adapter.trust.payload import unpack

    data = _binary(file.read_bytes())
    try:
        opened = decrypted(data, _pairs(key, passphrase_file, config))
        payload = None if raw else unpack(opened.content)
    except Undecryptable:
        marks = (one.serial or f"(key identifier) {one.key_identifier}" for one in addressees(data))
        named = ", ".join(marks) or "nobody: it is no CMS EnvelopedData, or cut off"
        raise Undecryptable(hint=f"It is encrypted for certificates with these serial numbers: {named}.") from None
    packing = payload.packing if payload else ()
    how = ", ".join((opened.cipher, opened.transport, *packing))
    typer.echo(f"Decrypted by the certificate with serial number {opened.certificate.serial}: {how}.", err=True)
    if opened.is_weak:
        typer.echo(f"  {opened.cipher} should not be used any more.", err=True)
    write_out(payload.data if payload else opened.content, output)


def _pairs(paths: list[Path] | None, passphrase_file: Path | None, config: Path) -> tuple[Pair, ...]:
    """Return the keys to try: those named, or those of the configuration; raises ConfigError."""
    if not paths:
        from adapter.config import build

        return build.certificates(open_settings(config)).opening()
    from adapter.trust.keys import passphrase_of
    from adapter.trust.store import own_entries

    return tuple(entry.pair for entry in own_entries(paths, passphrase_of(passphrase_file)) if entry.pair)


def _binary(data: bytes) -> bytes:
    """Return CMS as bytes, out of the base64 that mail and PEM have around it."""
    if data.startswith(_SEQUENCE):
        return data
    try:
        return base64.b64decode(_PEM_LINE.sub(b"", data))
    except binascii.Error:
        return data
