"""Progress: how far an export is, on a bar or told to a function."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Progress = Callable[[int, int], object]


@contextlib.contextmanager
def bar(progress: Progress | bool | None, name: str) -> Iterator[Progress]:
    """Gives the function to call with (frames done, frames in all).

    None shows tqdm's bar where somebody looks (a terminal or a notebook) and tqdm is installed; True shows it anywhere.
    """
    if callable(progress):
        yield progress
        return
    wanted = _watched() if progress is None else progress
    try:
        from tqdm.auto import tqdm  # noqa: PLC0415 - an extra
    except ImportError:
        wanted = False
    if not wanted:
        yield lambda _done, _total: None
        return
    with tqdm(desc=name, unit="frame") as shown:

        def tell(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield tell


def _watched() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
