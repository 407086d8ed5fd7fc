"""Real Jupyter servers with folders of their own: JupyterLab, Notebook 7 and Voilà, each on a port of the loopback."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_START_SECONDS = 60
_LONGEST_LIFE = 1800  # seconds without a kernel or a browser after which a server ends by itself


def free_port() -> int:
    """Gives a port of the loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def jupyter_lab(folder: Path, notebooks: Path) -> Iterator[int]:
    """A JupyterLab that serves a folder of notebooks; gives its port."""
    news = folder / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with _serving(folder, "jupyterlab", [*_options(notebooks), "--LabApp.expose_app_in_browser=True"], "api") as port:
        yield port


@contextlib.contextmanager
def notebook_7(folder: Path, notebooks: Path) -> Iterator[int]:
    """A Notebook 7 that serves a folder of notebooks; gives its port."""
    options = [*_options(notebooks), "--JupyterNotebookApp.expose_app_in_browser=True"]
    with _serving(folder, "notebook", options, "api") as port:
        yield port


@contextlib.contextmanager
def voila(folder: Path, notebooks: Path, *options: str) -> Iterator[int]:
    """A Voilà that serves a folder of notebooks as dashboards; gives its port."""
    with _serving(folder, "voila", [str(notebooks), "--no-browser", "--Voila.ip=127.0.0.1", *options], "") as port:
        yield port


def _options(notebooks: Path) -> list[str]:
    return [
        "--allow-root",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--notebook-dir={notebooks}",
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
        f"--ServerApp.shutdown_no_activity_timeout={_LONGEST_LIFE}",
    ]


@contextlib.contextmanager
def _serving(folder: Path, program: str, options: list[str], ready: str) -> Iterator[int]:
    """Starts a server, gives its port once it answers at `ready`, and ends it by its own process number."""
    port = free_port()
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", program, f"--port={port}", *options]
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/{ready}", server, log)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=2).close()
            return
        time.sleep(0.2)
    msg = f"{address} did not come up:\n{log.read_text()[-3000:]}"
    raise RuntimeError(msg)
