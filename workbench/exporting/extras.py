"""Packages of the extra `cluster`: loaded where they are used, and named where they are missing."""

from __future__ import annotations

import importlib
from typing import Any

from ..core.errors import ExtraMissing


def needed(module: str, reason: str) -> Any:
    """Gives a module, or says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        what = module.partition(".")[0]
        msg = f"{what}, is not installed ({reason}); pip install 'stimulus-workbench[cluster]'."
        raise ExtraMissing(msg) from error
