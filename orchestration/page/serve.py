"""The page's web server, with the code server and the daemon beside it: `python -m orchestration.page.serve`.

Run by `line-of-sight ui`, which keeps it; the settings come as JSON in its environment.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread

from orchestration.page.processes import leave_with_keeper
from orchestration.page.settings import Settings

WORKSPACE = Path(__file__).parent.parent.parent / "workspace.yaml"


def main() -> None:
    """Serve until told to stop."""
    leave_with_keeper()
    settings = Settings.from_environment()
    # Dagster takes seconds to import: not before we listen for our keeper's end
    import uvicorn
    import yaml
    from dagster import DagsterInstance
    from dagster._cli.proxy_server_manager import ProxyServerManager
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from starlette.middleware import Middleware

    from ingest.paths import WarehousePaths
    from orchestration.page.guard import Guard, Login, Sessions
    from orchestration.page.webserver import RestrictedWebserver
    from orchestration.runtime.dagster_home import cancel_orphaned_runs
    from orchestration.runtime.lock import LockHeldError, refresh_lock

    places = WarehousePaths.of(
        *(Path(os.environ[f"LINE_OF_SIGHT_{n}"]) for n in ("RAW", "REFERENCE", "RELEASE", "RESTRICTED"))
    )
    places.prepare()
    with ExitStack() as stack:
        instance = stack.enter_context(DagsterInstance.get())
        with suppress(LockHeldError), refresh_lock(places):
            cancel_orphaned_runs(instance)
        code = stack.enter_context(
            ProxyServerManager(instance, WorkspaceFileTarget([str(WORKSPACE)]), "warning")
        )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workspace = folder / "workspace.yaml"
        workspace.write_text(yaml.safe_dump({"load_from": code.get_code_server_specs()}), encoding="utf-8")
        daemon = subprocess.Popen(
            [sys.executable, "-m", "dagster._daemon", "run", "-w", str(workspace), "--log-level", "warning"]
        )
        Thread(target=_end_with, args=(daemon,), daemon=True).start()
        context = stack.enter_context(
            WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)]), "page", False)
        )
        sessions = Sessions(places.page_address, settings.base, f"line_of_sight_{settings.port}")
        login = None
        if settings.login_header:
            login = Login(settings.login_header, settings.secret())
        else:
            print(f"Open {sessions.offer()}  (works once; Ctrl-C ends the page)", flush=True)
        guard = Middleware(
            Guard,
            sessions=sessions,
            is_https=bool(settings.certificate),
            names=settings.names,
            login=login,
        )
        uvicorn.run(
            RestrictedWebserver(context, guard).create_asgi_app(),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            proxy_headers=False,  # nobody tells us who they are but by the guard
            server_header=False,
            timeout_graceful_shutdown=2,
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.certificate_key,
        )


def _end_with(daemon: "subprocess.Popen[bytes]") -> None:
    """A page without its daemon would take orders that nobody carries out."""
    daemon.wait()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
