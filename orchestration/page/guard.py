"""Who may speak to the Dagster page. A browser lets any page that it shows send requests here.

Dagster's own server asks neither who sends a request nor from where, and takes orders by GET. In front of it
stands, for each request: the name it was sent to, the page it was sent from, and who sends it.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.files import new_file

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
PROXY_HEADER = "x-line-of-sight-proxy"  # says with a secret that the proxy, and nobody else, sent a login
READS = {"GET", "HEAD"}
SIGN_IN = (
    "Sign in with the one-time address of this page: `line-of-sight ui` printed it, and "
    "`line-of-sight ui --sign-in` prints another.\n"
)
# no other page may put this one in a frame, hold a handle of its window or embed what it serves
CLOSED = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Login:
    """A proxy that asks people who they are, and says so in a header of its requests."""

    header: str
    secret: str  # that only the proxy sends: without it anyone on this machine could write the header

    def name_in(self, headers: Headers) -> str | None:
        """Who the proxy says is asking; None where it is not the proxy, or says nobody."""
        if not hmac.compare_digest(headers.get(PROXY_HEADER, "").encode(), self.secret.encode()):
            return None
        return headers.get(self.header) or None


@dataclass
class Sessions:
    """One-time tokens and the browsers that came with one. Kept in memory: a new start asks again.

    `address_file` holds the address of the next sign-in, for its user alone.
    """

    address_file: Path
    base: str
    cookie: str
    _token: str = ""
    _browsers: set[str] = field(default_factory=set)

    def offer(self) -> str:
        """Draw the next token and write down its address, which is returned."""
        self._token = secrets.token_urlsafe(32)
        address = f"{self.base}/?{urlencode({'token': self._token})}"
        with new_file(self.address_file, mode=0o600) as aside:
            aside.write_text(address, encoding="utf-8")
        return address

    def take(self, token: str) -> str | None:
        """What the cookie of a browser that brings the token holds; None where the token is not the one."""
        if not (self._token and hmac.compare_digest(token.encode(), self._token.encode())):
            return None
        self.offer()
        browser = secrets.token_urlsafe(32)
        self._browsers.add(_digest(browser))
        return browser

    def knows(self, browser: str | None) -> bool:
        """Whether a cookie is of a browser that signed in."""
        return browser is not None and _digest(browser) in self._browsers


@dataclass(frozen=True)
class Guard:
    """ASGI middleware. `names` are the hosts that the page is known by, beside those of this machine."""

    app: ASGIApp
    sessions: Sessions
    is_https: bool = False
    names: tuple[str, ...] = ()
    login: Login | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        if refused := self._refused(asked):
            await _refuse(scope, receive, send, *refused)
            return
        if self.login is None and (token := asked.query_params.get("token")) and _is_read(scope):
            await self._sign_in(asked, token, scope, receive, send)
            return
        if not self._is_known(asked):
            await _refuse(scope, receive, send, 401, SIGN_IN)
            return
        await self.app(scope, receive, _closed(send))

    def _refused(self, asked: HTTPConnection) -> tuple[int, str] | None:
        """The status and words of a refusal, where the request is not of this page's own."""
        headers, scope = asked.headers, asked.scope
        hosts = headers.getlist("host")
        host = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if host is None or host["name"].lower() not in {*LOOPBACK, *self.names}:
            return 421, "This page is not known by that name.\n"
        changes = not _is_read(scope)
        origin = headers.get("origin")
        is_served_over_tls = self.is_https or self.login is not None
        own = {f"{'https' if is_served_over_tls else 'http'}://{hosts[0]}"}
        if origin is not None and origin not in own:
            return 403, "Another page sent this.\n"
        site = headers.get("sec-fetch-site", "none")
        is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if site not in {"same-origin", "none"} and (changes or not is_link):
            return 403, "Another page sent this.\n"
        is_json = headers.get("content-type", "").split(";")[0].strip() == "application/json"
        if scope["type"] == "http" and changes and not is_json:
            return 415, "Send application/json.\n"  # a form of another page cannot
        return None

    def _is_known(self, asked: HTTPConnection) -> bool:
        if self.login is not None:
            return self.login.name_in(asked.headers) is not None
        return self.sessions.knows(asked.cookies.get(self.sessions.cookie))

    async def _sign_in(
        self, asked: HTTPConnection, token: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        browser = self.sessions.take(token)
        if browser is None and not self._is_known(asked):
            await _refuse(scope, receive, send, 401, f"That address has been used. {SIGN_IN}")
            return
        there = RedirectResponse("/", 303, CLOSED)
        if browser is not None:
            there.set_cookie(
                self.sessions.cookie, browser, httponly=True, samesite="strict", secure=self.is_https
            )
        await there(scope, receive, send)


def _is_read(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in READS


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _closed(send: Send) -> Send:
    async def send_closed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in CLOSED.items():
                headers[name] = value
        await send(message)

    return send_closed


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse(why, status, CLOSED)(scope, receive, send)
