"""Find the names and addresses under which this machine is reached. Sends nothing."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
from collections.abc import Sequence

from reader.errors import UsageError
from reader.phrases import say
from reader.web.door.served import LOCAL_NAMES, Served

_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)


def name_of(typed: str) -> str:
    """Read a name or address as somebody gives it. Raises UsageError."""
    bare = typed.strip().lower().removeprefix("[").removesuffix("]").rstrip(".")
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(bare))
    with contextlib.suppress(UnicodeError):
        bare = bare.encode("idna").decode("ascii") if bare else ""
    if not _NAME.fullmatch(bare):
        raise UsageError(what=say("serve.bad_name", name=typed), hint=say("serve.bad_name.hint"))
    return bare


def served(
    bound: str,
    port: int,
    *,
    host: str = "",
    given: Sequence[str] = (),
    certified: Sequence[str] = (),
    is_tls: bool = False,
    must_sign_in: bool = False,
) -> Served:
    """Tell how pages are reached that listen at an address.

    bound: the address that the socket has. host: as it was asked for. given: names of the
    person's; they come first. certified: names of a certificate.
    """
    is_local = ipaddress.ip_address(bound).is_loopback
    beyond = [] if is_local else [*_named(host), *certified, *own_names(bound)]
    names = list(dict.fromkeys([*given, *beyond, *([bound] if is_local else [])]))
    scheme = "https" if is_tls else "http"
    return Served(
        names=LOCAL_NAMES | set(names),
        port=port,
        is_tls=is_tls,
        needs_login=must_sign_in or not is_local or bool(set(given) - LOCAL_NAMES),
        addresses=tuple(f"{scheme}://{_bracketed(name)}:{port}/" for name in names),
        is_local=is_local,
    )


def own_names(bound: str) -> list[str]:
    """List what this machine is called, what other devices find soonest first."""
    address = ipaddress.ip_address(bound)
    if not address.is_unspecified:
        return [bound]
    outward = [_outward(socket.AF_INET, "192.0.2.1")]
    if address.version == 6:
        outward.append(_outward(socket.AF_INET6, "2001:db8::1"))
    name = socket.gethostname().lower().rstrip(".")
    names = [name, f"{name.partition('.')[0]}.local"] if _NAME.fullmatch(name) else []
    lasting = [one for one in names[:1] if one.endswith(".local")]  # as macOS is called
    found = [*lasting, *(one for one in outward if one), *reversed(names)]
    return [one for one in dict.fromkeys(found) if one not in LOCAL_NAMES]


def _named(host: str) -> list[str]:
    """Give a host as a name, where it is one and not an address for all."""
    with contextlib.suppress(ValueError):
        return [] if ipaddress.ip_address(host).is_unspecified else [host]
    with contextlib.suppress(UsageError):
        return [name_of(host)]
    return []


def _outward(family: socket.AddressFamily, elsewhere: str) -> str:
    """Give the address that this machine would speak to others from, "" for none."""
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((elsewhere, 9))  # of a datagram: looks at the routes, sends nothing
        return str(asked.getsockname()[0])
    return ""


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
