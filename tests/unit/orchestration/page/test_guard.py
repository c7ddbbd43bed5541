"""The guard in front of the Dagster page: who may look, and whose orders are taken."""

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.page.guard import Guard, Login, Sessions

JSON = {"Content-Type": "application/json"}
SECRET = "s" * 40


@dataclass
class Page:
    """A page of two routes behind the guard, that keeps each order that reaches it."""

    port: int
    sessions: Sessions
    orders: list[str]

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        speaking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        speaking.request(method, path, "{}" if method == "POST" else None, headers or {})
        answer = speaking.getresponse()
        answer.read()
        return answer

    def token(self) -> str:
        address = self.sessions.address_file.read_text(encoding="utf-8")
        return parse_qs(urlsplit(address).query)["token"][0]

    def sign_in(self) -> dict[str, str]:
        answer = self.ask("GET", f"/?token={self.token()}")
        assert (answer.status, answer.getheader("Location")) == (303, "/")
        return {"Cookie": str(answer.getheader("Set-Cookie")).split(";")[0]}


def _serve(folder: Path, login: Login | None = None, names: tuple[str, ...] = ()) -> Iterator[Page]:
    orders: list[str] = []

    async def order(request: Request) -> PlainTextResponse:
        orders.append(request.method)
        return PlainTextResponse("done")

    async def speak(websocket: WebSocket) -> None:
        await websocket.accept()
        orders.append("WebSocket")
        await websocket.close()

    app = Starlette(
        routes=[Route("/", order, methods=["GET", "POST", "DELETE"]), WebSocketRoute("/ws", speak)]
    )
    sessions = Sessions(folder / "address", "http://127.0.0.1", "cookie")
    sessions.offer()
    guard = Guard(app, sessions, names=names, login=login)
    server = uvicorn.Server(uvicorn.Config(guard, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield Page(server.servers[0].sockets[0].getsockname()[1], sessions, orders)
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    yield from _serve(tmp_path)


@pytest.fixture
def behind_a_proxy(tmp_path: Path) -> Iterator[Page]:
    yield from _serve(tmp_path, Login("X-User", SECRET), ("warehouse.council.internal",))


def test_nothing_is_shown_and_no_order_is_taken_without_signing_in(page: Page) -> None:
    assert [page.ask("GET", "/").status, page.ask("POST", "/", JSON).status] == [401, 401]
    assert page.orders == []


def test_the_address_signs_one_browser_in_and_then_is_used_up(page: Page) -> None:
    token = page.token()
    browser = page.sign_in()

    assert page.ask("GET", "/", browser).status == 200
    assert page.ask("POST", "/", browser | JSON).status == 200
    assert page.ask("GET", f"/?token={token}").status == 401
    assert page.ask("GET", "/?token=").status == 401


def test_the_next_address_stands_in_a_file_of_its_user_alone(page: Page) -> None:
    page.sign_in()
    assert page.sessions.address_file.stat().st_mode & 0o777 == 0o600
    assert page.ask("GET", "/", page.sign_in()).status == 200  # another browser


def test_the_cookie_stays_with_this_page_and_out_of_reach_of_its_scripts(page: Page) -> None:
    cookie = page.ask("GET", f"/?token={page.token()}").getheader("Set-Cookie")
    assert {"HttpOnly", "SameSite=strict"} <= set(str(cookie).split("; "))


def test_an_address_does_not_lead_elsewhere(page: Page) -> None:
    assert page.ask("GET", f"//elsewhere.example/?token={page.token()}").getheader("Location") == "/"


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "elsewhere.example@localhost", "", "[::"]
)
def test_a_name_that_was_bound_to_this_machine_by_others_is_not_ours(page: Page, host: str) -> None:
    browser = page.sign_in()
    assert page.ask("GET", "/", browser | {"Host": host}).status in {400, 421}
    assert page.orders == []


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another port of this machine is the same site
    ],
)
def test_an_order_of_another_page_is_refused_though_the_cookie_comes_with_it(
    page: Page, sent: dict[str, str]
) -> None:
    browser = page.sign_in()
    assert page.ask("POST", "/", browser | JSON | sent).status == 403
    assert page.ask("DELETE", "/", browser | JSON | sent).status == 403
    assert page.orders == []


def test_the_page_s_own_orders_are_taken(page: Page) -> None:
    own = {"Origin": f"http://127.0.0.1:{page.port}", "Sec-Fetch-Site": "same-origin"}
    assert page.ask("POST", "/", page.sign_in() | JSON | own).status == 200
    assert page.orders == ["POST"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_form_can_send_is_no_order(page: Page, kind: str) -> None:
    assert page.ask("POST", "/", page.sign_in() | {"Content-Type": kind}).status == 415
    assert page.orders == []


def test_an_image_of_another_page_is_not_served_and_a_link_is(page: Page) -> None:
    browser = page.sign_in() | {"Sec-Fetch-Site": "cross-site"}
    image = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    frame = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    link = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert [page.ask("GET", "/", browser | how).status for how in (image, frame, link)] == [403, 403, 200]


def test_no_page_can_frame_or_embed_this_one(page: Page) -> None:
    answer = page.ask("GET", "/", page.sign_in())
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
    assert answer.getheader("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("origin", ["http://elsewhere.example", None])
def test_a_socket_of_another_page_or_of_a_stranger_is_refused(page: Page, origin: str | None) -> None:
    browser = page.sign_in() if origin else {}
    address = f"ws://127.0.0.1:{page.port}/ws"
    with pytest.raises(InvalidStatus):
        connect(address, additional_headers=browser, origin=origin)  # type: ignore[arg-type]
    assert page.orders == []


def test_a_socket_of_the_page_itself_is_opened(page: Page) -> None:
    own = f"http://127.0.0.1:{page.port}"
    with connect(
        f"ws://127.0.0.1:{page.port}/ws",
        additional_headers=page.sign_in(),
        origin=own,  # type: ignore[arg-type]
    ) as socket:
        list(socket)
    assert page.orders == ["WebSocket"]


def test_a_login_counts_only_from_the_proxy_that_has_the_secret(behind_a_proxy: Page) -> None:
    page = behind_a_proxy
    host = {"Host": "warehouse.council.internal"}
    proxied = {"X-Line-Of-Sight-Proxy": SECRET}

    assert page.ask("GET", "/", host | {"X-User": "me"}).status == 401
    assert page.ask("GET", "/", host | {"X-User": "me", "X-Line-Of-Sight-Proxy": "guess"}).status == 401
    assert page.ask("GET", "/", host | proxied).status == 401
    assert page.ask("GET", f"/?token={page.token()}", host).status == 401
    assert page.ask("GET", "/", host | proxied | {"X-User": "me"}).status == 200
    own = {"Origin": "https://warehouse.council.internal"}
    assert page.ask("POST", "/", host | proxied | {"X-User": "me"} | JSON | own).status == 200
    assert page.orders == ["GET", "POST"]
