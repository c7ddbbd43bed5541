"""Real servers on this machine that take alerts: mail over TLS, and HTTP."""

import asyncio
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
SILENCE = 3.0  # seconds for which a receiver that is silent says nothing


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine that nobody trusts who is not told to, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "certificate.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


@dataclass
class MailServer:
    """Takes mail by STARTTLS. `bounces` are addresses that it refuses; `is_silent` never says a word, and
    `is_away` has no time."""

    port: int = 0
    letters: list[str] = field(default_factory=list)
    bounces: tuple[str, ...] = ()
    is_silent: bool = False
    is_away: bool = False
    was_over_tls: list[bool] = field(default_factory=list)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
    ) -> None:
        over_tls = False

        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        if self.is_silent:
            await asyncio.sleep(SILENCE)
            return
        if self.is_away:
            await say("421 not now")
            writer.close()
            return
        await say("220 here")
        while line := (await reader.readline()).decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "EHLO":
                await say("250-here")
                await say("250 8BITMIME" if over_tls else "250 STARTTLS")
            elif word == "STARTTLS":
                await say("220 go on")
                await writer.start_tls(tls)
                over_tls = True
            elif word == "RCPT" and any(one in line for one in self.bounces):
                await say("550 nobody of that name")
            elif word == "DATA":
                await say("354 go on")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                self.was_over_tls.append(over_tls)
                await say("250 taken")
            elif word == "QUIT":
                await say("221 bye")
                break
            else:
                await say("250 well")
        writer.close()


@contextmanager
def mail_server(folder: Path, **how: Any) -> Iterator[tuple[MailServer, Path]]:
    """A mail server, and the certificate to trust."""
    server = MailServer(**how)
    cert, key = certificate(folder)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(cert, key)
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(lambda r, w: server.serve(r, w, tls), HOST, 0))
    server.port = listening.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server, cert
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@dataclass
class Hook:
    """What an HTTP receiver was sent, and how it answers."""

    url: str = ""
    cards: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    is_silent: bool = False


@contextmanager
def http_receiver() -> Iterator[Hook]:
    """A receiver of webhooks."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if hook.is_silent:
                time.sleep(SILENCE)
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status < 300:
                hook.cards.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    hook.url = f"http://{HOST}:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
