"""`budstikke simulate`: one counterpart at its folders, or the mail server between all of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from adapter import duration, resources
from adapter.cli.exits import ExitCode
from adapter.cli.stopping import told_to_stop


def _duration(text: str) -> timedelta:
    try:
        return duration.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


_PORT: Final = "Where it listens; 0, as without it, is any port that is free."
#: Who can be played.
_ROLES: Final = {
    "referrer": "a referrer's system",
    "clinic": "a clinic's system",
    "nav": "NAV",
    "frisklivssentral": "a frisklivssentral's system",
    "other": "another provider's system",
}
_PLAYING: Final = """Play {}, at two folders.

It sends, answers, asks and gives receipts by its script, until it is told to stop. The exit code is 0 when
everything in the script has happened and nothing else, 1 otherwise.
"""

simulate = typer.Typer(
    help="Play the other side: a counterpart at its folders, or a mail server.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _play(
    context: typer.Context,
    *,
    inbox: Annotated[
        Path,
        typer.Option(
            "--inbox",
            envvar="BUDSTIKKE_SIMULATE_INBOX",
            metavar="DIR",
            file_okay=False,
            help="Where the adapter delivers to the party.",
        ),
    ],
    outbox: Annotated[
        Path,
        typer.Option(
            "--outbox",
            envvar="BUDSTIKKE_SIMULATE_OUTBOX",
            metavar="DIR",
            file_okay=False,
            help="Where the adapter fetches from the party.",
        ),
    ],
    script: Annotated[
        Path | None,
        typer.Option(
            "--script",
            envvar="BUDSTIKKE_SIMULATE_SCRIPT",
            metavar="FILE",
            dir_okay=False,
            help="What the party does; the demo's without it.",
        ),
    ] = None,
    kept: Annotated[
        Path | None,
        typer.Option(
            "--kept",
            envvar="BUDSTIKKE_SIMULATE_KEPT",
            metavar="DIR",
            file_okay=False,
            help="For read files; `read` beside INBOX without it.",
        ),
    ] = None,
    until_idle: Annotated[
        timedelta | None,
        typer.Option(
            "--until-idle",
            envvar="BUDSTIKKE_SIMULATE_UNTIL_IDLE",
            parser=_duration,
            metavar="TIME",
            help="End when nothing happens so long (3s).",
        ),
    ] = None,
    length: Annotated[
        timedelta | None,
        typer.Option(
            "--for",
            envvar="BUDSTIKKE_SIMULATE_LENGTH",
            parser=_duration,
            metavar="TIME",
            help="End after so long (30s).",
        ),
    ] = None,
) -> None:
    """Play the role that the command is called by."""
    from adapter.simulate.actor import UNFULFILLED, Actor
    from adapter.simulate.script import ScriptError, load_script

    role = context.info_name
    path = script or resources.fixtures() / "simulate" / f"{role}.toml"
    loaded = load_script(path)
    if loaded.role != role:
        raise ScriptError(f"The script {path} is for the role {loaded.role}, not for {role}.")
    actor = Actor(loaded, inbox=inbox, outbox=outbox, kept=kept or inbox.parent / "read", tell=typer.echo)
    with told_to_stop() as stop:
        actor.run(stop, until_idle=until_idle, length=length)
    if actor.missing:
        typer.echo(UNFULFILLED)
        for line in actor.missing:
            typer.echo(f"  {line}")
        raise typer.Exit(ExitCode.REJECTED)
    typer.echo("Everything in the script has happened.")


for _role, _who in _ROLES.items():
    simulate.command(_role, help=_PLAYING.format(_who))(_play)


@simulate.command("mail")
def simulate_mail(
    *,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", file_okay=False, help="Where mails and certificates lie.")
    ],
    account: Annotated[
        list[str], typer.Option("--account", metavar="NAME:ADDRESS", help="Who has a mailbox; may be given often.")
    ],
    smtp: Annotated[int, typer.Option("--smtp", metavar="PORT", min=0, max=65535, help=_PORT)] = 0,
    imap: Annotated[int, typer.Option("--imap", metavar="PORT", min=0, max=65535, help=_PORT)] = 0,
    pop3: Annotated[int, typer.Option("--pop3", metavar="PORT", min=0, max=65535, help=_PORT)] = 0,
    tls: Annotated[bool, typer.Option("--tls", help="Speak TLS from the first byte.")] = False,
    starttls: Annotated[bool, typer.Option("--starttls", help="Take nothing but STARTTLS (STLS) at first.")] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Holds the password of all accounts; any is right without it.",
        ),
    ] = None,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", dir_okay=False, help="What goes wrong; nothing without it."),
    ] = None,
) -> None:
    """Be a mail server on this machine: SMTP in, IMAP and POP3 out.

    It takes mails to the accounts' addresses and keeps them in the folder, until it is told to stop. Nobody but this
    machine can reach it. With TLS its certificate is trusted by `ca.pem` in the folder.
    """
    from adapter.simulate.mail import LOOPBACK, Account, Encryption, MailHost, Ports, load_faults

    if tls and starttls:
        raise typer.BadParameter("either --tls or --starttls")
    password = password_file.read_text("utf-8").strip() if password_file else None
    accounts = []
    for text in account:
        name, _, address = text.partition(":")
        accounts.append(Account(name=name, address=address, password=password))
    host = MailHost(
        folder,
        accounts,
        ports=Ports(smtp=smtp, imap=imap, pop3=pop3),
        encryption=Encryption.IMPLICIT if tls else Encryption.STARTTLS if starttls else Encryption.NONE,
        faults=load_faults(faults, [account.name for account in accounts]) if faults else None,
    )
    with told_to_stop() as stop, host:
        for name, port in (("SMTP", host.smtp_port), ("IMAP", host.imap_port), ("POP3", host.pop3_port)):
            typer.echo(f"{name} listens at {LOOPBACK}:{port}")
        stop.wait()
