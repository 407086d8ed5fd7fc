"""What was measured on: no names of machines, no paths."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from .versus import declared, version

OURS = ("torch", "numpy", "numba", "scipy")


def described(threads: int) -> dict[str, str]:
    """Gives the machine, the threads of a comparison, and the versions of everything that took part, by name."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    busy = f", busy with other work ({load:.1f} processes ran when this began)" if load > allowed else ""
    return {
        "processor": f"{_processor()}, {allowed} core{'s' * (allowed > 1)}{busy}",
        "threads": f"{threads} for both sides of a comparison; video codecs have their own",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        **{name: found for name in _distributions() if (found := version(name))},
    }


def _distributions() -> list[str]:
    return sorted({*OURS, *(one.needs for one in declared())}, key=str.lower)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(named), "") or platform.processor() or platform.machine()
