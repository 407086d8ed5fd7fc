"""Remarks: what a model has to say of a film it is shown. A warning, or words for whoever listens in this thread."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from contextvars import ContextVar

Listener = Callable[[str], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("workbench_listener", default=None)


def remark(message: str, category: type[Warning] = UserWarning) -> None:
    """Tells the listener of this thread; where there is none, warns at the line that called this package, by whatever way."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(message)
        return
    level, frame = 1, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in {"workbench", "torch"}:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


@contextlib.contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """Hands remarks of this thread to `listener` instead of warning: in a thread of its own, a warning has no reader.

    >>> said = []
    >>> with heard(said.append):
    ...     remark("the film is dark")
    >>> said
    ['the film is dark']
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
