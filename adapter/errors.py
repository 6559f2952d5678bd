"""The exceptions of Budstikke.

Every error knows four things: a stable code, whether trying again can help, what to tell an operator
(the message) and what to do next (the hint). Errors that can reach a partner also carry the AppRec
code and the Norwegian text for it.

    BudstikkeError
    ├── FormError                  the bytes are no acceptable XML document
    │   ├── NotWellFormed          FORM-01, AppRec T01
    │   ├── DocumentTypeRefused    FORM-02, AppRec T01
    │   └── LimitExceeded          FORM-03, AppRec T99
    ├── SpecError                  SPEC-01, a build specification has a mistake
    ├── ConfigError                CONF-01, the configuration has mistakes (all of them listed)
    ├── StoreError
    │   ├── StoreLocked            STORE-01, another process holds the store
    │   ├── StoreFull              STORE-02, no room on the disk
    │   └── StoreTooNew            STORE-03, written by a later release
    ├── ChannelError
    │   ├── ChannelUnavailable     CHAN-01, the folder or server does not answer
    │   └── UnsafeName             CHAN-02, a name from outside would leave the configured folder
    ├── EnvelopeError
    │   ├── PackageUnreadable      ENV-01, ebXML MimeProblem: the parts of the message cannot be told apart
    │   └── EnvelopeUnreadable     ENV-02, ebXML OtherXml: its first part is no ebXML envelope
    ├── PartnerError
    │   ├── AgreementUnreadable    PART-01, the file is no CPA and no CPP that can be read
    │   └── SnapshotUnreadable     PART-02, a file of the party register has a mistake
    └── TrustError
        ├── SignatureMissing       TRUST-01, there is no signature on the message
        ├── SignatureInvalid       TRUST-02, AppRec S01: it is not a signature of this message
        ├── SignatureUnverifiable  TRUST-03, it cannot be checked here; that does not make it wrong
        ├── CertificateUnreadable  TRUST-04, the bytes are no certificate that can be read
        ├── KeyUnusable            TRUST-05, one's own key cannot be read or used
        └── Undecryptable          TRUST-06, a content cannot be decrypted; never more than that is said
"""

from __future__ import annotations

from typing import ClassVar


class BudstikkeError(Exception):
    """Something known went wrong."""

    #: Stable code; texts may improve, codes never change.
    code: ClassVar[str] = "BUD-00"
    #: True when the same action may succeed later without anyone changing anything.
    can_retry: ClassVar[bool] = False
    #: Next step for the person on call.
    hint: ClassVar[str] = ""

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        """Take what happened, for the operator; without it the class's first docstring line speaks."""
        super().__init__(message or (type(self).__doc__ or "").splitlines()[0])
        self.advice = hint if hint is not None else self.hint


class FormError(BudstikkeError):
    """The bytes are no acceptable XML document."""

    #: AppRec error code, list 8221.
    apprec_code: ClassVar[str] = "T01"

    def __init__(self, message: str | None = None, *, line: int | None = None, hint: str | None = None) -> None:
        """Take what happened and the line it happened on."""
        super().__init__(message, hint=hint)
        self.line = line


class NotWellFormed(FormError):
    """The document is not well-formed XML."""

    code = "FORM-01"
    hint = "Ask the sender to send the message again from its system; the original bytes are kept."


class DocumentTypeRefused(FormError):
    """The document has a document type declaration, which no standard uses and attackers do."""

    code = "FORM-02"
    hint = "Ask the sender to leave out the DOCTYPE."


class LimitExceeded(FormError):
    """The document is larger, deeper or wider than the configured limits."""

    code = "FORM-03"
    apprec_code = "T99"
    hint = "Raise the limit under [limits] if such messages are expected from this partner."


class SpecError(BudstikkeError):
    """A build specification has a mistake."""

    code = "SPEC-01"
    hint = "See fixtures/specs/ for an example of each message kind."


class ConfigError(BudstikkeError):
    """The configuration has mistakes."""

    code = "CONF-01"
    hint = "Run `budstikke config check` to see all of them at once."


class StoreError(BudstikkeError):
    """The store could not do its work."""

    code = "STORE-00"


class StoreLocked(StoreError):
    """Another process holds the store."""

    code = "STORE-01"
    can_retry = True
    hint = "Wait, or stop the other process that has the store open."


class StoreFull(StoreError):
    """There is no room on the store's disk."""

    code = "STORE-02"
    can_retry = True
    hint = "Free room on the disk; nothing that was received is lost."


class StoreTooNew(StoreError):
    """The store was written by a later release."""

    code = "STORE-03"
    hint = "Install the release that wrote it, or restore a backup."


class ChannelError(BudstikkeError):
    """A channel could not carry bytes."""

    code = "CHAN-00"


class ChannelUnavailable(ChannelError):
    """The folder or server does not answer."""

    code = "CHAN-01"
    can_retry = True
    hint = "Check that the place exists and that this user may write there."


class UnsafeName(ChannelError):
    """A name from outside would leave the configured folder."""

    code = "CHAN-02"
    hint = "Names from messages are never paths; report this to the partner."


class EnvelopeError(BudstikkeError):
    """An ebXML message is not put together as the standard has it."""

    code = "ENV-00"
    #: The code of the ebXML error that tells the sender (ebMS 2.0, 4.2.3.4.1).
    ebxml_code: ClassVar[str] = "Unknown"


class PackageUnreadable(EnvelopeError):
    """The parts of the message cannot be told apart."""

    code = "ENV-01"
    ebxml_code = "MimeProblem"
    hint = "Ask the sender's message server to send the message again; the original bytes are kept."


class EnvelopeUnreadable(EnvelopeError):
    """The message has no ebXML envelope."""

    code = "ENV-02"
    ebxml_code = "OtherXml"
    hint = "The mailbox gets something else than ebXML; find out who sends it, and why."


class PartnerError(BudstikkeError):
    """What is known of a party cannot be used."""

    code = "PART-00"


class AgreementUnreadable(PartnerError):
    """The file is no agreement (CPA) and no profile (CPP) that can be read."""

    code = "PART-01"
    hint = "Get the file again from the national register or from the partner; version 2.0 is read."


class SnapshotUnreadable(PartnerError):
    """A file of the party register has a mistake."""

    code = "PART-02"
    hint = "`budstikke partner import FILE` writes such files; docs/partners.md tells what they hold."


class TrustError(BudstikkeError):
    """A signature, a certificate or a key is not as it must be."""

    code = "TRUST-00"


class SignatureMissing(TrustError):
    """The message has no signature."""

    code = "TRUST-01"
    hint = "Ask the sender to sign its messages, if a signature is demanded of it."


class SignatureInvalid(TrustError):
    """The signature is not a signature of this message."""

    code = "TRUST-02"
    #: AppRec error code, list 8221.
    apprec_code: ClassVar[str] = "S01"
    hint = "The message was changed after it was signed, or was never signed as the standard demands."


class SignatureUnverifiable(TrustError):
    """The signature cannot be checked here."""

    code = "TRUST-03"
    hint = "That does not make it wrong; verify it by other means if it matters."


class CertificateUnreadable(TrustError):
    """The bytes are no certificate that can be read."""

    code = "TRUST-04"
    hint = "Certificates are PEM or DER files with X.509 certificates of version 3."


class KeyUnusable(TrustError):
    """The key cannot be read or used."""

    code = "TRUST-05"
    hint = "A key is a PEM file; name the file or the environment variable that holds its passphrase."


class Undecryptable(TrustError):
    """The content cannot be decrypted."""

    code = "TRUST-06"
    hint = "It may be encrypted for another receiver or an older certificate; keep old keys where they can be used."
