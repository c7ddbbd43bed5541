"""A page that other machines reach asks who people are, over TLS, or is not served."""

import os
from pathlib import Path
from typing import Any

import pytest

from orchestration.page.settings import PageRefusedError, Settings


@pytest.fixture
def complete(tmp_path: Path) -> dict[str, Any]:
    secret = tmp_path / "secret"
    secret.write_text("s" * 32, encoding="utf-8")
    secret.chmod(0o400)
    return {
        "names": ("warehouse.council.internal",),
        "certificate": "page.crt",
        "certificate_key": "page.key",
        "login_header": "X-User",
        "proxy_secret": str(secret),
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_nothing_more_is_needed(host: str) -> None:
    Settings(host, 3000).check()


@pytest.mark.parametrize(
    "missing", ["names", "certificate", "certificate_key", "login_header", "proxy_secret"]
)
@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "warehouse.council.internal"])
def test_beyond_it_tls_and_a_login_are(complete: dict[str, Any], missing: str, host: str) -> None:
    Settings(host, 3000, **complete).check()
    with pytest.raises(PageRefusedError):
        Settings(host, 3000, **(complete | {missing: () if missing == "names" else None})).check()


def test_a_secret_that_is_short_or_open_to_others_is_refused(complete: dict[str, Any]) -> None:
    secret = Path(complete["proxy_secret"])
    secret.chmod(0o440)
    with pytest.raises(PageRefusedError, match="open to other users"):
        Settings("::", 3000, **complete).check()
    secret.chmod(0o600)
    secret.write_text("short", encoding="utf-8")
    with pytest.raises(PageRefusedError, match="shorter"):
        Settings("::", 3000, **complete).check()


def test_the_settings_are_handed_on_whole(complete: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LINE_OF_SIGHT_PAGE", "")
    sent = Settings("::", 3000, **complete)
    sent.hand_on()
    received = Settings.from_environment()
    assert (received.base, received.certificate) == ("https://[::]:3000", "page.crt")
    assert tuple(received.names) == sent.names
