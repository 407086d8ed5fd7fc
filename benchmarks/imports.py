"""What `import workbench` adds to `import torch`, in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

from .timing import Row, ratio


def rows() -> Iterator[Row]:
    yield Row("import workbench / import torch", ratio(_import("workbench"), _import("torch"), 9), 1.1)


def _import(module: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
