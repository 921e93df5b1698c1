"""Texts of the pages: coming in: `serve`, tokens, certificates."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help.serve": "Read and write in a browser, on a phone or an iPad.",
    "option.port": "Port to listen on, 0 to 65535; 0 takes any free port.",
    "serve.at": "Open {address} in a browser (Ctrl-C stops the server).",
    "web.refused.400": "The server could not read the request.",
    "web.refused.400.hint": "Reload the page and try again.",
    "web.refused.401": "You are not signed in.",
    "web.refused.401.hint": "Reload the page and sign in with a code from the terminal.",
    "web.refused.403": "The request did not come from a valid page of this server.",
    "web.refused.403.hint": "Go back, reload the page and try again. What you typed is still "
    "there.",
    "web.refused.404": "This page does not exist.",
    "web.refused.404.hint": "A paper may have been merged into another one. Search for it.",
    "web.refused.405": "This address does not support this kind of request.",
    "web.refused.405.hint": "Use the buttons of the page.",
    "web.refused.408": "The request took too long to arrive.",
    "web.refused.408.hint": "Try again where the connection is better.",
    "web.refused.413": "The upload is too large.",
    "web.refused.413.hint": "A note may have up to 1 MB, a PDF up to 300 MB. `reader back FILE` "
    "takes larger PDFs.",
    "web.refused.414": "The address is too long.",
    "web.refused.414.hint": "Search for fewer words.",
    "web.refused.431": "The headers of the request are too large.",
    "web.refused.431.hint": "Delete the cookies of this server and sign in again.",
    "web.refused.500": "An unexpected error occurred.",
    "web.refused.500.hint": "Everything that was saved is safe. To see details in the terminal, "
    "start the server with `reader serve --debug`.",
    "web.enter": "Sign in",
    "web.enter.in": "This device is signed in.",
    "web.enter.code": "Code",
    "web.enter.help": "Eight letters and digits. You find a code in the terminal of `reader "
    "serve`, or under More, Devices on a device that is signed in. It works once, for five "
    "minutes.",
    "web.enter.go": "Sign in",
    "web.enter.wrong": "This code is wrong, already used, or older than five minutes. For a new "
    "one, press Enter in the terminal of `reader serve`.",
    "web.enter.wait": "Too many wrong codes. Try again in {n:second|seconds}.",
    "web.enter.already": "Continue without a code (already signed in)",
    "web.enter.trust": "Does the browser show a warning? Trust this server",
    "web.door": "Devices",
    "web.door.local": "Only this machine can open these pages, so nobody has to sign in. To use "
    "other devices too, start `reader serve --host 0.0.0.0 --https`.",
    "web.door.add": "Make a code for another device",
    "web.door.code": "Code for another device",
    "web.door.code.help": "This code works once, for {n:minute|minutes}. Point the other device's "
    "camera at the QR code, or open /enter there and type the code. The icon on the home screen "
    "of an iPad needs a code of its own.",
    "web.door.qr": "QR code with the address and the code",
    "web.door.device": "Unnamed device",
    "web.door.this": "This device",
    "web.door.times": "Signed in on {since}, last used on {seen}",
    "web.door.leave": "Sign out",
    "web.door.leave.of": "Sign out: {name}",
    "web.door.leave.all": "Sign out everywhere",
    "web.door.leave.help": "A device that is signed out shows nothing new. It deletes its saved "
    "pages when it next reaches this server.",
    "web.door.nobody": "No device is signed in.",
    "web.trust": "Trust this server",
    "web.trust.why": "This server proves who it is with a certificate that it made itself. A "
    "device that trusts this certificate can also save pages and show them offline. The private "
    "key never leaves the machine of the server. Before you trust the certificate, compare its "
    "fingerprint with the one in the terminal.",
    "web.trust.get": "Download the certificate",
    "web.trust.ipad": "iPad and iPhone",
    "web.trust.ipad.1": "In Safari, tap “Download the certificate” and allow the download.",
    "web.trust.ipad.2": "Open Settings. At the top, tap “Profile Downloaded”, then “Install”.",
    "web.trust.ipad.3": "In Settings, General, About, Certificate Trust Settings, turn on "
    "“asayomi”.",
    "web.trust.ipad.4": "Reload this page. The address bar now shows a lock and no warning.",
    "web.trust.ipad.5": "Sign in, tap Share, then “Add to Home Screen”. The icon needs a code of "
    "its own.",
    "web.trust.others": "Other devices",
    "web.trust.others.mac": "Mac: open the file. In Keychain Access, set the certificate to "
    "“Always Trust”.",
    "web.trust.others.android": "Android: Settings, Security, Install a certificate, CA "
    "certificate.",
    "web.trust.others.windows": "Windows: open the file and choose Install Certificate, Trusted "
    "Root Certification Authorities.",
    "web.trust.others.firefox": "Firefox has its own list: Settings, Certificates, Authorities, "
    "Import.",
    "web.trust.limits": "A device that trusts this certificate accepts it only for these names "
    "and networks: {names}. It expires on {day}. After that, devices have to trust a new one.",
    "web.trust.fingerprint": "Fingerprint (SHA-256)",
    "web.trust.fingerprint.help": "On an iPad it is in the details of the profile. If it is "
    "different there, somebody may be intercepting the connection: do not trust the certificate.",
    "web.trust.none": "This server has no certificate of its own, so there is nothing to trust.",
    "web.trust.none.hint": "`reader serve --https` makes a certificate.",
    "option.host": "Address to listen on; 0.0.0.0 for all of this machine's addresses. Other "
    "devices then have to sign in.",
    "option.name": "Another name under which devices open the pages; may be repeated.",
    "option.https": "Use HTTPS with a certificate of this machine's own authority, which each "
    "device trusts once (page /trust).",
    "option.cert": "Use HTTPS with this certificate (PEM, with its chain below it).",
    "option.key": "The certificate's private key (PEM); not needed if it is in the certificate's "
    "file.",
    "option.login": "Ask for a sign-in on this machine too, if other people have accounts on it.",
    "serve.also": "Other addresses: {addresses}.",
    "serve.code": "To sign in one device until {until}, use the code {code} or open {address}",
    "serve.more": "Press Enter for a new code.",
    "serve.trust": "Each device has to trust this server once: {address}trust\n  SHA-256 "
    "{fingerprint}",
    "serve.plain": "Without HTTPS, others in this network can read along, and devices save "
    "nothing for offline use. `--https` solves both.",
    "serve.ended": "Stopped.",
    "serve.taken": "Port {port} is in use.",
    "serve.taken.hint": "Another `reader serve` may be running. `--port 0` takes any free port.",
    "serve.forbidden": "You are not allowed to open port {port}.",
    "serve.forbidden.hint": "Use port 1024 or higher: `--port 8100`.",
    "serve.no_host": "{host} is not an address of this machine.",
    "serve.no_host.hint": "`--host 0.0.0.0` listens on all addresses. `--name` adds names under "
    "which devices open the pages.",
    "serve.no_listen": "The server cannot listen on {host}: {what}.",
    "serve.bad_name": "{name} is neither a machine's name nor an address.",
    "serve.bad_name.hint": "Give the part between https:// and the next slash, without a port.",
    "serve.cert.unread": "{file} cannot be read: {what}.",
    "serve.cert.unread.hint": "Check the path and the permissions of the file.",
    "serve.cert.bad": "{file} does not contain a certificate and its key in PEM format.",
    "serve.cert.bad.hint": "A PEM file begins with -----BEGIN CERTIFICATE-----. If the key is in "
    "another file, name it with `--key`.",
    "serve.cert.other_key": "The key in {key} does not belong to the certificate in {file}.",
    "serve.cert.other_key.hint": "Give the key that the certificate was made with.",
    "serve.cert.locked": "The key in {key} has a passphrase.",
    "serve.cert.locked.hint": "Remove it (openssl pkey -in KEY -out PLAIN) and make the new file "
    "readable only by you.",
    "serve.cert.both": "--https makes a certificate and --cert names one, so they cannot be used "
    "together.",
    "serve.cert.no_cert": "--key needs --cert.",
    "serve.cert.one": "Leave out one of the options.",
    "serve.authority.open": "Other users can read {file}, the private key of this machine's "
    "certificate authority.",
    "serve.authority.open.hint": "Run chmod 600 {file}. If other people had access to this "
    "machine, delete the folder instead, and let your devices trust the new authority.",
    "serve.authority.new.any": "A new certificate authority was made, because the old one could "
    "sign certificates for any site, without an end date.",
    "serve.authority.new.ended": "A new certificate authority was made, because the old one has "
    "expired.",
    "serve.authority.new.names": "A new certificate authority was made, because the old one may "
    "not sign certificates for {names}.",
    "serve.authority.new.what": "Let each of your devices trust the new one once, and remove the "
    "old one from it.",
    "serve.authority.soon": "The certificate authority expires on {day}. The first start after "
    "that makes a new one, which your devices have to trust. To do this now, delete {folder} and "
    "start again.",
    "serve.authority.bad": "{file} is not a certificate authority of `reader serve`: {what}.",
    "serve.authority.bad.hint": "Delete the folder {folder}. The next start makes a new one, "
    "which your devices have to trust.",
}
