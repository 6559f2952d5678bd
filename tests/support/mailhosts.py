"""Real mail servers on this machine: Dovecot keeps mailboxes (IMAP, POP3), Postfix takes mail and delivers it to them.

Both are processes of ours with everything they write in one folder; nothing of an installed one is touched.
"""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from imaplib import IMAP4
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from ports import free_ports

from adapter.channel.mail.account import Account

DOMAIN = "edi.example"
PASSWORD = "synthetic-pass-word"  # noqa: S105 - of servers that live as long as a test
#: Who has a mailbox; the numbered ones are for tests that want one for themselves.
USERS = (
    "referrer",
    "clinic",
    "nav",
    "frisklivssentral",
    "certified",
    "closed",
    *(f"box{number}" for number in range(100)),
)
#: Has a mailbox that takes nothing for now.
CLOSED = "closed"
#: Bytes of a mail that Postfix takes.
LARGEST = 60_000_000
#: Seconds for what takes a few, on a machine that is busy with other things.
_LONG = 120.0
_OWNER = "mail"


def missing() -> str | None:
    """Tell why the servers cannot be started; None where they can."""
    programs = ("/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/pop3", "/usr/sbin/postfix")
    absent = [program for program in programs if not Path(program).exists()]
    if absent:
        return f"{', '.join(absent)}: not installed"
    return None if os.geteuid() == 0 else "only root can start Dovecot and Postfix"


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """Servers that run; the `USERS` have a mailbox each, an address at `DOMAIN`, and the one password."""

    folder: Path
    imap: int
    imaps: int
    pop3: int
    pop3s: int
    smtp: int
    smtps: int

    @property
    def ca_file(self) -> Path:
        """Return the root of the servers' certificate, which is for "localhost" and 127.0.0.1."""
        return self.folder / "tls" / "ca.pem"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    @property
    def client_file(self) -> Path:
        """Return a client certificate with its key, in the name of the user "certified"."""
        return self.folder / "tls" / "client.pem"

    def url(self, scheme: str) -> str:
        """Return the URL of "imap", "imaps", "pop3", "pop3s", "smtp" or "smtps"."""
        return f"{scheme}://localhost:{getattr(self, scheme)}"

    def account(self, user: str) -> Account:
        return Account(user=user, password_file=self.password_file, ca_file=self.ca_file)

    def count(self, user: str, folder: str = "INBOX") -> int:
        """Return how many mails lie in a folder of a user; 0 where there is none."""
        with IMAP4("127.0.0.1", self.imap) as client:
            client.login(user, PASSWORD)
            kind, data = client.select(folder, readonly=True)
            return int(data[0] or 0) if kind == "OK" else 0

    def put(self, user: str, data: bytes, *, folder: str = "INBOX") -> None:
        """Lay a mail into a mailbox, by IMAP."""
        with IMAP4("127.0.0.1", self.imap) as client:
            client.login(user, PASSWORD)
            kind, _ = client.append(folder, "", "", data)
            assert kind == "OK"

    def wait(self, user: str, number: int, *, seconds: float = _LONG) -> None:
        """Wait until so many mails are in a user's INBOX."""
        _until(lambda: self.count(user) >= number, f"{number} mails of {user}", seconds)


@contextmanager
def mail_hosts() -> Iterator[Hosts]:
    """Start both; stop them and remove everything afterwards."""
    with ExitStack() as stack:
        # not below the folder of a test, which others may not enter: the servers work as users of their own
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="budstikke-mail-")))
        folder.chmod(0o755)
        names = ("imap", "imaps", "pop3", "pop3s", "smtp", "smtps")
        hosts = Hosts(folder=folder, **dict(zip(names, free_ports(len(names)), strict=True)))
        hosts.password_file.write_text(f"{PASSWORD}\n")
        _make_certificates(hosts.ca_file.parent)
        owner = pwd.getpwnam(_OWNER)
        boxes = folder / "boxes"
        boxes.mkdir()
        os.chown(boxes, owner.pw_uid, owner.pw_gid)
        stack.enter_context(_dovecot(hosts, boxes))
        stack.enter_context(_postfix(hosts, boxes))
        yield hosts


@contextmanager
def _dovecot(hosts: Hosts, boxes: Path) -> Iterator[None]:
    owner = pwd.getpwnam(_OWNER)
    config = hosts.folder / "dovecot.conf"
    tls = hosts.ca_file.parent
    config.write_text(f"""
protocols = imap pop3
listen = 127.0.0.1
base_dir = {hosts.folder}/dovecot
state_dir = {hosts.folder}/dovecot-state
log_path = {hosts.folder}/dovecot.log
ssl = yes
ssl_cert = <{tls}/server.pem
ssl_key = <{tls}/server.pem
ssl_ca = <{tls}/ca.pem
ssl_verify_client_cert = yes
ssl_require_crl = no
ssl_cert_username_field = commonName
auth_ssl_username_from_cert = yes
auth_mechanisms = plain login external
auth_username_format = %Ln
auth_failure_delay = 0
disable_plaintext_auth = no
first_valid_uid = {owner.pw_uid}
first_valid_gid = {owner.pw_gid}
mail_location = maildir:{boxes}/%n
mail_max_userip_connections = 100
passdb {{
  driver = static
  mechanisms = external
  args = nopassword
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={boxes}/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {hosts.imap}
  }}
  inet_listener imaps {{
    port = {hosts.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {hosts.pop3}
  }}
  inet_listener pop3s {{
    port = {hosts.pop3s}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {hosts.folder}/auth {{
    mode = 0666
  }}
}}
""")
    with _running(["dovecot", "-F", "-c", str(config)], hosts.folder / "dovecot.out"):
        _until(lambda: _answers(hosts.imap) and _answers(hosts.pop3), f"Dovecot; see {hosts.folder}/dovecot.log")
        yield


@contextmanager
def _postfix(hosts: Hosts, boxes: Path) -> Iterator[None]:
    owner = pwd.getpwnam(_OWNER)
    config, queue, data = (hosts.folder / name for name in ("postfix", "queue", "postfix-data"))
    for folder in (config, queue, data):
        folder.mkdir()
    os.chown(data, pwd.getpwnam("postfix").pw_uid, -1)
    tls = hosts.ca_file.parent
    (config / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
multi_instance_name = postfix-budstikke-{os.getpid()}
multi_instance_enable = yes
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{DOMAIN}
mydestination =
mynetworks =
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {boxes}
virtual_mailbox_maps = texthash:{config}/boxes
virtual_uid_maps = static:{owner.pw_uid}
virtual_gid_maps = static:{owner.pw_gid}
virtual_minimum_uid = {owner.pw_uid}
virtual_mailbox_limit = 0
message_size_limit = {LARGEST}
default_transport = error:nothing leaves this machine
smtpd_tls_security_level = may
smtpd_tls_cert_file = {tls}/server.pem
smtpd_tls_key_file = {tls}/server.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {hosts.folder}/auth
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{config}/closed, permit_sasl_authenticated, reject
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
alias_maps =
alias_database =
maillog_file = {hosts.folder}/postfix.log
maillog_file_prefixes = {hosts.folder}
""")
    (config / "boxes").write_text("".join(f"{user}@{DOMAIN} {user}/\n" for user in USERS))
    (config / "closed").write_text(f"{CLOSED}@{DOMAIN} 450 4.2.1 not now\n")
    (config / "master.cf").write_text(f"""
127.0.0.1:{hosts.smtp} inet n - n - - smtpd
127.0.0.1:{hosts.smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
""")
    command = ["postfix", "-c", str(config)]
    with _running([*command, "start-fg"], hosts.folder / "postfix.out", stop=[*command, "stop"]):
        _until(lambda: _answers(hosts.smtp) and _answers(hosts.smtps), f"Postfix; see {hosts.folder}/postfix.log")
        yield


@contextmanager
def _running(command: list[str], said: Path, *, stop: list[str] | None = None) -> Iterator[None]:
    # no variable of the tests reaches the servers, and both lie where only root looks for programs
    environment = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/sbin:/bin"}
    with said.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        try:
            yield
        finally:
            if stop is not None:
                subprocess.run(stop, check=False, capture_output=True, env=environment, timeout=_LONG)
            process.terminate()
            try:
                process.wait(_LONG)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=5)):
        return True
    return False


def _until(is_so: Callable[[], bool], what: str, seconds: float = _LONG) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.05)


def _make_certificates(folder: Path) -> None:
    """Write ca.pem, server.pem for this machine and client.pem for the user "certified"."""
    folder.mkdir()
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Budstikke TEST mail")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, is_ca=True)
    (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    for file, name in (("server.pem", "localhost"), ("client.pem", "certified")):
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(_name(name), ca_name, key.public_key(), ca_key)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / file).write_bytes(made.public_bytes(Encoding.PEM) + secret)
        (folder / file).chmod(0o600)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    ca_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
