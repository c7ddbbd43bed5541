"""How the page is served, and what a page that others reach must have."""

import json
import os
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path

from ingest import posix

VARIABLE = "LINE_OF_SIGHT_PAGE"  # hands the settings from the command to the process that serves
SHORTEST_SECRET = 32  # characters


class PageRefusedError(Exception):
    """Nobody would ask who they are of those who reach the page; the message says what is missing."""


@dataclass(frozen=True)
class Settings:
    """How the page is served: addresses, files and names, and no secret."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate: str | None = None
    certificate_key: str | None = None
    login_header: str | None = None
    proxy_secret: str | None = None

    @classmethod
    def from_environment(cls) -> "Settings":
        """What `hand_on` put there."""
        return cls(**json.loads(os.environ.pop(VARIABLE)))

    def hand_on(self) -> None:
        """Put the settings into the environment of the processes that follow."""
        os.environ[VARIABLE] = json.dumps(asdict(self))

    @property
    def base(self) -> str:
        """The address of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    def secret(self) -> str:
        """What only the proxy sends.

        Raises PageRefusedError where the file is short, or open to other users.
        """
        path = Path(self.proxy_secret or "")
        try:
            said, about = path.read_text(encoding="utf-8").strip(), path.stat()
        except OSError as error:
            raise PageRefusedError(f"the secret of the proxy cannot be read: {error.strerror}") from None
        if posix.is_open_to_others(about):
            raise PageRefusedError(
                "the secret of the proxy is open to other users; close it with `chmod 400`"
            )
        if len(said) < SHORTEST_SECRET:
            raise PageRefusedError(f"the secret of the proxy is shorter than {SHORTEST_SECRET} characters")
        return said

    def check(self) -> None:
        """Raises PageRefusedError where others would reach the page and nobody asks who they are."""
        if bool(self.login_header) != bool(self.proxy_secret):
            raise PageRefusedError(
                "--login-header and --proxy-secret go together: see Operate in the handbook"
            )
        if bool(self.certificate) != bool(self.certificate_key):
            raise PageRefusedError("--certificate and --certificate-key go together")
        if self.login_header:
            self.secret()
            if not self.names:
                raise PageRefusedError("give the name that the proxy serves the page under with --name")
        if not (_is_loopback(self.host) or (self.certificate and self.login_header)):
            raise PageRefusedError(
                f"{self.host} can be reached from other machines: that takes --certificate, "
                "--certificate-key, --login-header, --proxy-secret and --name; see Operate in the handbook"
            )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
