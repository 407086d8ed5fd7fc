"""Progress: how far an export is, on a bar or told to a function."""

from __future__ import annotations

import contextlib
import importlib.util
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
    if not (_watched() if progress is None else progress) or importlib.util.find_spec("tqdm") is None:
        yield lambda _done, _total: None
        return
    from tqdm.auto import tqdm  # noqa: PLC0415 - an extra

    with tqdm(desc=name, unit="frame") as shown:

        def tell(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield tell


def _watched() -> bool:
    kernel = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)  # loaded is not yet running
    return sys.stderr.isatty() or bool(kernel and kernel.initialized())
