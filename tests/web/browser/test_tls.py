"""Over TLS, under a name that is not localhost, the morning is there without a server."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.web.browser.conftest import PHONE, Visitor
from tests.web.browser.playing import Browser, expect
from tests.web.serving import Serving
from tests.web.world import NOW

NAME = "reader.test"


def checked_certificate(serving: Serving) -> bytes:
    """Fetch the server's certificate (DER); raises where the authority did not sign it."""
    authority = serving.data / "asayomi" / "authority" / "authority.pem"
    context = ssl.create_default_context(cafile=authority)
    with (
        socket.create_connection(("127.0.0.1", serving.port)) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as secured,
    ):
        found = secured.getpeercert(binary_form=True)
    assert found
    return found


def pin_of(certificate: bytes) -> str:
    """Return the pin of a certificate's key for Chromium's option: base64 of its SHA-256."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode("ascii")


def trusting(launch: Callable[..., Browser], serving: Serving) -> Browser:
    """Start a browser that resolves NAME to this machine and trusts this server's key.

    Ignoring certificates altogether would not do: a service worker is then refused.
    """
    pin = pin_of(checked_certificate(serving))
    return launch(
        f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={pin}",
    )


def test_todays_list_over_tls_is_available_offline(
    launch: Callable[..., Browser], visitor: Visitor, library: Path
) -> None:
    with Serving(library, NOW, ("--https", "--name", NAME, "--login")) as serving:
        browser = trusting(launch, serving)
        visitor.may_fail.add(401)  # what its scripts ask before it is signed in
        page = visitor.page(browser=browser, size=PHONE)
        page.goto(f"https://{NAME}:{serving.port}/")
        page.get_by_label("Code", exact=True).fill(serving.code)
        page.get_by_role("button", name="Sign in").click()
        title = page.get_by_role("heading", name="Ears Before Grammar", exact=False)
        expect(title).to_be_visible()
        assert page.evaluate("isSecureContext")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload(wait_until="networkidle")
        assert page.evaluate("!!navigator.serviceWorker.controller")

        serving.kill()
        page.reload()
        expect(title).to_be_visible()
        page.close()
        again = page.context.new_page()
        again.goto(f"https://{NAME}:{serving.port}/")
        expect(
            again.get_by_role("heading", name="Ears Before Grammar", exact=False)
        ).to_be_visible()
