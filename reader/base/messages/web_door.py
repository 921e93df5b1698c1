"""Texts of the pages: coming in: `serve`, tokens, certificates."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help.serve": "Serve the morning as pages, for a browser, a phone or an iPad.",
    "option.port": "The port to listen on, 0 to 65535; 0 takes any that is free.",
    "serve.at": "The pages are at {address} (Ctrl-C ends).",
    "web.refused.400": "The server could not read what the browser sent.",
    "web.refused.400.hint": "Load the page anew and try again.",
    "web.refused.401": "You are not signed in here.",
    "web.refused.401.hint": "Load the page anew and sign in with a code from the terminal.",
    "web.refused.403": "That did not come from a page of this server that is still good.",
    "web.refused.403.hint": "Go back, load the page anew and try again; what you typed is still "
    "there.",
    "web.refused.404": "There is no such page.",
    "web.refused.404.hint": "A paper may have been merged into another one; search finds it.",
    "web.refused.405": "This address does not take that.",
    "web.refused.405.hint": "Use the buttons of the page that you came from.",
    "web.refused.408": "What the browser sent came too slowly.",
    "web.refused.408.hint": "Try again where the network is better.",
    "web.refused.413": "That is too large.",
    "web.refused.413.hint": "A note may have 1 MB, a PDF 300 MB. `reader back FILE` takes larger "
    "ones.",
    "web.refused.414": "The address is too long.",
    "web.refused.414.hint": "Search for fewer words.",
    "web.refused.431": "The browser sends more headers than the server reads.",
    "web.refused.431.hint": "Delete the cookies of this server and sign in anew.",
    "web.refused.500": "Something unexpected went wrong.",
    "web.refused.500.hint": "Nothing that was saved is lost. Started as `reader serve --debug`, "
    "the terminal says more.",
    "web.enter": "Sign in",
    "web.enter.in": "This device is signed in.",
    "web.enter.code": "Code",
    "web.enter.help": "Eight letters and digits from the terminal of `reader serve`, or from "
    "More, Devices on a device that is in. Good once, for five minutes.",
    "web.enter.go": "Sign in",
    "web.enter.wrong": "This code is wrong, used up or older than five minutes. Enter in the "
    "terminal makes a new one.",
    "web.enter.wait": "Too many wrong codes. Try again in {n:second|seconds}.",
    "web.enter.already": "I am signed in here already",
    "web.enter.trust": "First time, and a warning? Trust this server",
    "web.door": "Devices",
    "web.door.local": "Only this machine reaches these pages, so nobody has to sign in. `reader "
    "serve --host 0.0.0.0 --https` lets your other devices in.",
    "web.door.add": "A code for one more device",
    "web.door.code": "Code for one more device",
    "web.door.code.help": "Good once, for {n:minute|minutes}. Point the other device's camera at "
    "the picture, or open its /enter and type the code. An icon on the home screen of an iPad "
    "asks for a code of its own.",
    "web.door.qr": "QR code with the address and the code",
    "web.door.device": "A device",
    "web.door.this": "This one",
    "web.door.times": "Signed in on {since}, here last on {seen}",
    "web.door.leave": "Sign out",
    "web.door.leave.of": "Sign out: {name}",
    "web.door.leave.all": "Sign out everywhere",
    "web.door.leave.help": "A device that was signed out shows nothing new, and drops its copies "
    "when it next reaches this server.",
    "web.door.nobody": "No device is signed in.",
    "web.trust": "Trust this server",
    "web.trust.why": "This server vouches for itself with a certificate of its own. A device that "
    "trusts it can keep pages for when there is no network. Its key never leaves the machine that "
    "serves. Compare the fingerprint before you trust it: it stands in the terminal too.",
    "web.trust.get": "Load the certificate",
    "web.trust.ipad": "iPad and iPhone",
    "web.trust.ipad.1": "In Safari, touch “Load the certificate” and allow it.",
    "web.trust.ipad.2": "Open Settings: above, “Profile Downloaded”. Touch it, then Install.",
    "web.trust.ipad.3": "In Settings, General, About, Certificate Trust Settings, turn on full "
    "trust for “asayomi”.",
    "web.trust.ipad.4": "Load this page anew: the address bar shows a lock and no warning.",
    "web.trust.ipad.5": "Sign in, then Share, Add to Home Screen. The icon asks for a code of its "
    "own.",
    "web.trust.others": "Other devices",
    "web.trust.others.mac": "Mac: open the file, and in Keychain Access set it to Always Trust.",
    "web.trust.others.android": "Android: Settings, Security, Install a certificate, CA "
    "certificate.",
    "web.trust.others.windows": "Windows: open the file, Install Certificate, Trusted Root "
    "Certification Authorities.",
    "web.trust.others.firefox": "Firefox has a list of its own: Settings, Certificates, "
    "Authorities, Import.",
    "web.trust.limits": "It can vouch for these names and networks, and for nothing else: {names}. "
    "It runs out on {day}; a new one is then to be trusted.",
    "web.trust.fingerprint": "Fingerprint (SHA-256)",
    "web.trust.fingerprint.help": "On the iPad it stands in the profile’s details. Other digits: "
    "somebody is in between, so do not trust it.",
    "web.trust.none": "This server has no certificate of its own to trust.",
    "web.trust.none.hint": "`reader serve --https` makes one.",
    "option.host": "The address to listen on: 0.0.0.0 for all of this machine's. Beyond this "
    "machine a sign-in is asked for.",
    "option.name": "A name under which the pages are reached, besides this machine's own; may be "
    "given again.",
    "option.https": "Speak HTTPS with a certificate of this machine's own authority, which "
    "devices trust once (page /trust).",
    "option.cert": "Speak HTTPS with this certificate (PEM, its chain below it).",
    "option.key": "The certificate's key (PEM); left out where it stands in the certificate's "
    "file.",
    "option.login": "Ask for a sign-in on this machine too: others have accounts here.",
    "serve.also": "Also at {addresses}.",
    "serve.code": "Sign in once, until {until}, with {code}: {address}",
    "serve.more": "Enter makes a new code.",
    "serve.trust": "Devices trust it once: {address}trust\n  SHA-256 {fingerprint}",
    "serve.plain": "Plain HTTP: others in this network can read along, and devices keep nothing "
    "for offline. `--https` mends both.",
    "serve.ended": "Ended.",
    "serve.taken": "Port {port} is taken.",
    "serve.taken.hint": "Another `reader serve` may be running; `--port 0` takes any port that is "
    "free.",
    "serve.forbidden": "Port {port} may not be opened by you.",
    "serve.forbidden.hint": "Take a port from 1024 on: `--port 8100`.",
    "serve.no_host": "{host} is no address of this machine.",
    "serve.no_host.hint": "`--host 0.0.0.0` listens on all of its addresses; `--name` gives names "
    "under which it is reached.",
    "serve.no_listen": "{host} cannot be listened on: {what}.",
    "serve.bad_name": "{name} is no name of a machine and no address.",
    "serve.bad_name.hint": "Write it as it stands between https:// and the next slash, without a "
    "port.",
    "serve.cert.unread": "{file} cannot be read: {what}.",
    "serve.cert.unread.hint": "Look at the path and the rights of the file.",
    "serve.cert.bad": "{file} is no certificate and key in PEM.",
    "serve.cert.bad.hint": "A PEM file begins with -----BEGIN CERTIFICATE-----; the key may stand "
    "in a file of its own, `--key`.",
    "serve.cert.other_key": "The key in {key} does not belong to the certificate in {file}.",
    "serve.cert.other_key.hint": "Name the key that the certificate was made with.",
    "serve.cert.locked": "The key in {key} has a passphrase.",
    "serve.cert.locked.hint": "Take it off (openssl pkey -in KEY -out PLAIN) and keep the file "
    "readable by you alone.",
    "serve.cert.both": "--https makes a certificate, --cert names one: give one of the two.",
    "serve.cert.no_cert": "--key needs --cert.",
    "serve.cert.one": "Take one of the options away.",
    "serve.authority.open": "{file}, the key of this machine's authority, can be read by others.",
    "serve.authority.open.hint": "chmod 600 {file}; if others were on this machine, delete the "
    "folder instead, and let your devices trust the new one.",
    "serve.authority.new.any": "A new certificate authority was made: the one of before could "
    "vouch for any site, for ever.",
    "serve.authority.new.ended": "A new certificate authority was made: the one of before has run "
    "out.",
    "serve.authority.new.names": "A new certificate authority was made: the one of before may not "
    "vouch for {names}.",
    "serve.authority.new.what": "  Let your devices trust the new one, once, and take the old one "
    "off them.",
    "serve.authority.soon": "The certificate authority runs out on {day}. The first start after "
    "that makes a new one, which your devices have to trust anew; if you delete {folder}, the next "
    "start does.",
    "serve.authority.bad": "{file} is no authority of `reader serve`: {what}.",
    "serve.authority.bad.hint": "Delete the folder {folder}; a new one is made, and your devices "
    "trust it anew.",
}
