"""Variables: frames as an array in the notebook's own names."""

from __future__ import annotations

import builtins
import keyword
import types
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import refuse_too_large, to_numpy
from ...core.errors import ExtraMissing, KnobError
from ...exporting.film import Film
from ...exporting.progress import Progress
from .place import sized

_MEMORY = Path("/proc/meminfo")
_LIMIT, _USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
_LONGEST = 100


def namespace() -> dict[str, Any]:
    """Gives the names of the notebook that this kernel runs; without one there is an `ExtraMissing`."""
    from IPython import get_ipython  # noqa: PLC0415 - only a notebook has it

    shell = get_ipython()
    if shell is None:
        msg = "IPython, is not running (no notebook whose variable this could be); use workbench.to_numpy(stream[a:b])."
        raise ExtraMissing(msg)
    names: dict[str, Any] = shell.user_ns
    return names


def refuse_name(name: str) -> None:
    """Refuses what cannot be a variable by a `KnobError`."""
    if not name.isidentifier() or keyword.iskeyword(name) or len(name) > _LONGEST:
        msg = f"name = {name[:_LONGEST]!r}, is not a Python name (variable of the notebook); give one like frames."
        raise KnobError(msg)


def there(names: dict[str, Any], name: str) -> str:
    """Says what a name stands for now, where that would be a loss: anything but an array.

    >>> there({"np": np, "frames": np.zeros(3)}, "np"), there({"frames": np.zeros(3)}, "frames")
    ('np is there already: the module numpy', '')
    """
    if name not in names and not hasattr(builtins, name):
        return ""
    value = names.get(name, getattr(builtins, name, None))
    if isinstance(value, np.ndarray):
        return ""
    what = f"the module {value.__name__}" if isinstance(value, types.ModuleType) else f"of type {type(value).__name__}"
    return f"{name} is there already: {what}"


def gathered(film: Film, tell: Progress) -> npt.NDArray[np.float32]:
    """Gives a film as one array, `(time, height, width)` or `(…, channel)`; more than half the free memory is a `KnobError`."""
    refuse_too_large(film.shape, "frames")
    needed, free = 4 * int(np.prod(film.shape)), free_memory()
    if 2 * needed > free:
        msg = (
            f"frames = {film.frames}, are {sized(needed)}, more than half of the free memory ({sized(free)}); "
            "ask for fewer, or export to .npy and use numpy.load(…, mmap_mode='r')."
        )
        raise KnobError(msg)
    array = np.empty(film.shape, np.float32)
    for start, stop in film.bounds():
        array[start:stop] = to_numpy(film.read(start, stop))
        tell(stop, film.frames)
    return array


def told(name: str, array: npt.NDArray[np.float32]) -> str:
    """Says what was put where.

    >>> told("frames", np.zeros((1000, 50, 50), np.float32))
    'frames: (1000, 50, 50) float32, 10 MB'
    """
    return f"{name}: {array.shape} {array.dtype}, {sized(array.nbytes)}"


def free_memory() -> int:
    """Gives the bytes that this process can still have: what the machine has left, and the container it may be in."""
    left = [2**40]  # where nothing is told
    try:
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        left.append(1024 * int(lines["MemAvailable"].split()[0]))
        left.append(int(_LIMIT.read_text()) - int(_USED.read_text()))
    except (OSError, ValueError, KeyError):  # another system, or no limit
        pass
    return max(0, min(left))
