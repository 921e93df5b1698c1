"""Make certificates for HTTPS: from an authority of this machine, or from the person's files.

Browsers keep pages for offline use only over HTTPS, and no public authority signs the names
of a home network. The authority is made once, and only its owner can read its key, so that
each device trusts it once. The server's certificate is made at each start and never written.
The authority may sign the served names and nothing else (RFC 5280, 4.2.1.10), for three
years. One that may sign more, that has expired or lacks a name is replaced.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from filelock import FileLock

from reader.base.errors import UsageError, os_reason
from reader.base.messages import N_, _
from reader.library.disk import disk_error, write_whole

CERTIFICATE, KEY = "authority.pem", "authority.key"
ORGANISATION = "asayomi"

GOOD_FOR = timedelta(days=397)
"""Life of the server's certificate. Apple's browsers accept 825 days, others plan for fewer."""

LIFE = timedelta(days=3 * 365)
"""Life of the authority. Each new one has to be trusted by hand on each device."""

SOON = timedelta(days=60)
"""So long before the authority expires, each start begins to say so."""

CLOCKS_DIFFER = timedelta(days=1)
"""Certificates begin so much earlier, for devices whose clock is behind this machine's."""

_PRIVATE_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
         "100.64.0.0/10", "fc00::/7", "fe80::/10"),
    )
)  # fmt: skip
"""Private networks. A router may give this machine another address of the same network tomorrow,
so the authority may sign every address of it."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Why = Literal["", "any", "ended", "names"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an authority may sign, and until when. names: each with all names below it."""

    names: tuple[str, ...]
    networks: tuple[Network, ...]
    until: datetime

    def cover(self, name: str) -> bool:
        """Check whether the authority may sign a name or an address."""
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return any(name == known or name.endswith(f".{known}") for known in self.names)
        return any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of one folder.

    certificate: PEM, for devices to trust. why_new: why it replaced another one: "any" (that
    one could sign any name), "ended" (expired), "names" (it lacked some); "" where it replaced
    none. missing: the names that the other one lacked.
    """

    certificate: bytes
    limits: Limits
    _made: trustme.CA
    why_new: Why = ""
    missing: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate (DER), in hexadecimal digits."""
        der = ssl.PEM_cert_to_DER_cert(self.certificate.decode("ascii"))
        return hashlib.sha256(der).hexdigest()

    def ends_soon(self, now: datetime) -> bool:
        """Check whether it expires within `SOON`."""
        return self.limits.until - now < SOON

    def context(self, names: Sequence[str], *, now: datetime) -> ssl.SSLContext:
        """Issue a certificate for names and addresses, and return it as a server's context."""
        leaf = self._made.issue_cert(
            *names,
            organization_name=ORGANISATION,
            organization_unit_name="reader serve",
            not_before=now - CLOCKS_DIFFER,
            not_after=min(now + GOOD_FOR, self.limits.until),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context


def open_authority(folder: Path, *, machine: str, names: Sequence[str], now: datetime) -> Authority:
    """Open the authority of a folder; make it where there is none or the old one will not do.

    machine: its name in the certificate, to tell several authorities apart on a device.
    names: the served names and addresses; a new authority may also sign those of the old one.
    Raises UsageError where others can read its key or the key is not its own; StoreError.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Two servers may start at once: both must end up with the same authority.
        with FileLock(f"{key}.lock", timeout=10):
            if not certificate.exists():
                _make(certificate, key, machine, names, now)
            found = _load(certificate, key)
            missing = tuple(name for name in names if not found.limits.cover(name))
            why: Why = "names" if missing else ""
            # The first versions made authorities without limits.
            if not found.limits.names:
                why, missing = "any", ()
            elif found.limits.until <= now:
                why, missing = "ended", ()
            if why:
                _make(certificate, key, machine, [*names, *found.limits.names], now)
                found = replace(_load(certificate, key), why_new=why, missing=missing)
    except OSError as error:
        raise disk_error(error, key) from error
    return found


def limits_of(certificate: bytes) -> Limits:
    """Read what an authority may sign. Without limits in it the result has no names."""
    read = x509.load_pem_x509_certificate(certificate)
    try:
        found = read.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return Limits((), (), read.not_valid_after_utc)
    permitted = found.permitted_subtrees or []
    return Limits(
        tuple(one.value for one in permitted if isinstance(one, x509.DNSName)),
        tuple(
            ipaddress.ip_network(str(one.value))
            for one in permitted
            if isinstance(one, x509.IPAddress)
        ),
        read.not_valid_after_utc,
    )


def _make(certificate: Path, key: Path, machine: str, names: Sequence[str], now: datetime) -> None:
    """Make an authority and write its two files, the key first.

    A kill in between leaves a key without a certificate, which no device trusts yet.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, machine),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + LIFE)
        # path_length=0: it may sign certificates of servers, but no other authority.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(_constraints(names), None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        .sign(private, hashes.SHA256())
    )
    # The certificate goes first and comes last: where it exists, its key does too.
    certificate.unlink(missing_ok=True)
    key.unlink(missing_ok=True)
    # `write_whole` keeps the mode of a file that is there: nobody else can ever read the key.
    os.close(os.open(key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(key, pem)
    write_whole(certificate, made.public_bytes(Encoding.PEM))


def _constraints(names: Iterable[str]) -> list[x509.GeneralName]:
    """Make the name constraints for some names and addresses, each once.

    A kind of name (DNS, IP) without any constraint would be unrestricted, so there is always
    one of each.
    """
    found: dict[x509.GeneralName, None] = {}
    for name in ("localhost", "127.0.0.1", "::1", *names):
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            found[x509.DNSName(name)] = None
            continue
        home = next((one for one in _PRIVATE_NETWORKS if address in one), None)
        found[x509.IPAddress(home or ipaddress.ip_network(address))] = None
    return list(found)


def _load(certificate: Path, key: Path) -> Authority:
    """Load an authority from its files. Raises UsageError."""
    pem, private = certificate.read_bytes(), key.read_bytes()
    if os.name == "posix" and key.stat().st_mode & 0o077:
        hint = _(
            "Run chmod 600 {file}. If other people had access to this machine, delete the "
            "folder instead, and let your devices trust the new authority.",
            file=key,
        )
        raise UsageError(
            what=_(
                "Other users can read {file}, the private key of this machine's certificate "
                "authority.",
                file=key,
            ),
            hint=hint,
        )
    try:
        public = x509.load_pem_x509_certificate(pem).public_key()
        if load_pem_private_key(private, None).public_key() != public:
            raise ValueError("the key is another one's")
        return Authority(pem, limits_of(pem), trustme.CA.from_pem(pem, private))
    except (ValueError, TypeError) as error:
        what = _(
            "{file} is not a certificate authority of `reader serve`: {what}.",
            file=certificate,
            what=error,
        )
        hint = _(
            "Delete the folder {folder}. The next start makes a new one, which your devices "
            "have to trust.",
            folder=certificate.parent,
        )
        raise UsageError(what=what, hint=hint) from None


_CERTIFICATES = {
    "bad": (
        N_("{file} does not contain a certificate and its key in PEM format."),
        N_(
            "A PEM file begins with -----BEGIN CERTIFICATE-----. If the key is in another "
            "file, name it with `--key`."
        ),
    ),
    "locked": (
        N_("The key in {key} has a passphrase."),
        N_(
            "Remove it (openssl pkey -in KEY -out PLAIN) and make the new file readable only "
            "by you."
        ),
    ),
    "other_key": (
        N_("The key in {key} does not belong to the certificate in {file}."),
        N_("Give the key that the certificate was made with."),
    ),
}


def context_of(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Load a certificate with its chain and its key, all PEM. Raises UsageError.

    key: None where it stands in the certificate's file.
    """
    for file in filter(None, (certificate, key)):
        try:
            file.read_bytes()
        except OSError as error:
            what = _("{file} cannot be read: {what}.", file=file, what=os_reason(error))
            raise UsageError(
                what=what, hint=_("Check the path and the permissions of the file.")
            ) from None
    has_passphrase = False

    def no_passphrase() -> str:
        nonlocal has_passphrase
        has_passphrase = True
        return ""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Without a callback OpenSSL would ask for the passphrase on the terminal.
        context.load_cert_chain(certificate, key, no_passphrase)
    except (ssl.SSLError, ValueError) as error:
        of = {"file": certificate, "key": key or certificate}
        why = "bad"
        if has_passphrase:
            why = "locked"
        elif getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            why = "other_key"
        what, hint = _CERTIFICATES[why]
        raise UsageError(what=_(what, **of), hint=_(hint)) from None
    return context


def names_in(certificate: Path) -> list[str]:
    """Read the names and addresses in a certificate, without wildcards (`*`)."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
        names = found.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return []
    host_names = [
        name.lower() for name in names.get_values_for_type(x509.DNSName) if "*" not in name
    ]
    return [*host_names, *map(str, names.get_values_for_type(x509.IPAddress))]
