"""Be a certificate authority for this machine's own names, by trustme.

A browser keeps pages for offline only over HTTPS, and no public authority knows names of a
home. The authority is made once and its key kept, readable by its owner alone, so that
devices trust it once; the server's own certificate is made anew at each start and never
written. The key could vouch for any name: who has it can deceive the devices that trust it.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from filelock import FileLock

from reader.errors import UsageError
from reader.library.folder import disk_error, write_whole
from reader.phrases import say

CERTIFICATE, KEY = "authority.pem", "authority.key"
ORGANISATION = "asayomi"

GOOD_FOR = timedelta(days=397)
"""Of the server's certificate; browsers of Apple's take 825 days, others' plans are shorter."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of one folder. certificate: PEM, what devices trust."""

    certificate: bytes
    _made: trustme.CA

    @property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the certificate, in hexadecimal digits."""
        der = ssl.PEM_cert_to_DER_cert(self.certificate.decode("ascii"))
        return hashlib.sha256(der).hexdigest()

    def context(self, names: Sequence[str], *, now: datetime) -> ssl.SSLContext:
        """Make a certificate for names and addresses, good from now on."""
        leaf = self._made.issue_cert(
            *names,
            organization_name=ORGANISATION,
            organization_unit_name="reader serve",
            not_before=now - timedelta(days=1),  # clocks differ
            not_after=now + GOOD_FOR,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context


def open_authority(folder: Path, *, machine: str) -> Authority:
    """Open the authority of a folder, made where there is none yet.

    machine: what it is called, so that a device's list tells several apart.
    Raises UsageError, where its key is open to others or no key of it; StoreError.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(f"{key}.lock", timeout=10):
            if not certificate.exists():
                _make(certificate, key, machine)
            pem, private = certificate.read_bytes(), key.read_bytes()
            mode = key.stat().st_mode
    except OSError as error:
        raise disk_error(error, key) from error
    if os.name == "posix" and mode & 0o077:
        hint = say("serve.authority.open.hint", file=key)
        raise UsageError(what=say("serve.authority.open", file=key), hint=hint)
    return Authority(pem, _read(pem, private, folder))


def _make(certificate: Path, key: Path, machine: str) -> None:
    """Write the key first: a kill in between leaves what nobody trusts yet."""
    made = trustme.CA(path_length=0, organization_name=ORGANISATION, organization_unit_name=machine)
    key.unlink(missing_ok=True)
    # `write_whole` keeps a file's mode: nobody else reads it at any moment.
    os.close(os.open(key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    write_whole(key, made.private_key_pem.bytes())
    write_whole(certificate, made.cert_pem.bytes())


def _read(pem: bytes, private: bytes, folder: Path) -> trustme.CA:
    try:
        public = x509.load_pem_x509_certificate(pem).public_key()
        if load_pem_private_key(private, None).public_key() != public:
            raise ValueError("the key is another one's")
        return trustme.CA.from_pem(pem, private)
    except (ValueError, TypeError) as error:
        what = say("serve.authority.bad", file=folder / CERTIFICATE, what=error)
        hint = say("serve.authority.bad.hint", folder=folder)
        raise UsageError(what=what, hint=hint) from None
