"""Use a certificate that the person has, by Python's own TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

from reader.errors import UsageError
from reader.phrases import say


def context_of(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Load a certificate with its chain and its key, all PEM. Raises UsageError.

    key: None where it stands in the certificate's file.
    """
    for file in (certificate, *([key] if key else [])):
        _look_at(file)
    has_passphrase = False

    def no_passphrase() -> str:
        nonlocal has_passphrase
        has_passphrase = True
        return ""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, no_passphrase)
    except (ssl.SSLError, ValueError) as error:
        of = {"file": certificate, "key": key or certificate}
        why = "bad"
        if has_passphrase:
            why = "locked"
        elif getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            why = "other_key"
        what, hint = say(f"serve.cert.{why}", **of), say(f"serve.cert.{why}.hint")
        raise UsageError(what=what, hint=hint) from None
    return context


def names_in(certificate: Path) -> list[str]:
    """List the names and addresses that a certificate stands for; none with a `*`."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
        names = found.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return []
    said = [name.lower() for name in names.get_values_for_type(x509.DNSName) if "*" not in name]
    return [*said, *map(str, names.get_values_for_type(x509.IPAddress))]


def _look_at(file: Path) -> None:
    try:
        file.read_bytes()
    except OSError as error:
        what = say("serve.cert.unread", file=file, what=error.strerror or error)
        raise UsageError(what=what, hint=say("serve.cert.unread.hint")) from None
