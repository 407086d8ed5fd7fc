"""Runs the code of a page while the site is built, and shows under it what it prints and draws.

The blocks of a page run in their order, in one namespace and one empty folder. Of ```console blocks the lines that begin
`python -m workbench` run. One that fails, or is warned of something, fails the build.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt

from workbench.__main__ import main

BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = "python -m workbench "
_DOTS = 110  # an inch
_LONGEST = 40  # lines of output


def run(markdown: str, page: str) -> tuple[str, dict[str, bytes]]:
    """Gives a page with the output of its code, and the pictures by the names that it shows them by."""
    names: dict[str, Any] = {"__name__": "__main__"}
    pictures: dict[str, bytes] = {}
    done = 0

    def shown(block: re.Match[str]) -> str:
        nonlocal done
        done += 1
        place = f"{page}, block {done}"
        printed = _python(block[2], place, names) if block[1] == "python" else _console(block[2], place)
        drawn = [(f"{page.rpartition('/')[2].removesuffix('.md')}-{done}-{k}.png", png) for k, png in enumerate(_figures())]
        pictures.update(drawn)
        output = f"\n\n```text\n{_cut(printed)}\n```" if printed else ""
        return block[0] + output + "".join(f"\n\n![Drawn by the code above]({name}){{ .drawn }}" for name, _ in drawn)

    with _empty_folder(), warnings.catch_warnings():
        warnings.filterwarnings("error", module="workbench|__main__")  # ours, and those that point at the code of the page
        return BLOCK.sub(shown, markdown), pictures


def _python(code: str, place: str, names: dict[str, Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, place, "exec", dont_inherit=True), names)  # noqa: S102 - our own pages
    return out.getvalue().rstrip()


def _console(lines: str, place: str) -> str:
    """Runs the lines that are commands of ours; opening JupyterLab is left to the reader."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        for line in lines.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if shlex.join(words).startswith(_COMMAND) and words[3] != "lab" and main(words[3:]):
                msg = f"{place}: {line!r} failed."
                raise RuntimeError(msg)
    return out.getvalue().rstrip()


def _cut(printed: str) -> str:
    lines = printed.splitlines()
    return "\n".join(lines if len(lines) <= _LONGEST else [*lines[:_LONGEST], "…"])


def _figures() -> list[bytes]:
    found = []
    for number in plt.get_fignums():
        out = io.BytesIO()
        plt.figure(number).savefig(out, dpi=_DOTS)
        found.append(out.getvalue())
    plt.close("all")
    return found


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    here = os.getcwd()  # noqa: PTH109 - to come back to
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)
