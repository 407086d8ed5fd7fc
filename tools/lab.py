"""Opens JupyterLab on the first notebook; as root and without a screen it prints the address instead."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "notebooks/01_first_film.ipynb"


def arguments() -> list[str]:
    """Gives the command line; token and cross-site protection stay as JupyterLab has them: on."""
    has_screen = sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    # The notebook is in the address itself, so that the printed one leads there too.
    words = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={ROOT}", f"--LabApp.default_url=/lab/tree/{NOTEBOOK}"]
    return words + ["--allow-root"] * is_root + ["--no-browser"] * (not has_screen)


if __name__ == "__main__":
    os.execv(sys.executable, arguments())  # noqa: S606 - this process becomes JupyterLab
