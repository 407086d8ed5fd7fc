"""Packages of the extra `cluster`: loaded where they are used, and named where they are missing."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from ..core.errors import ExtraMissing

INSTALL = "pip install 'stimulus-workbench[cluster]'"


def is_there(module: str) -> bool:
    """Tells whether a module can be loaded, without loading it; no module always can."""
    return not module or importlib.util.find_spec(module) is not None


def needed(module: str, reason: str) -> Any:
    """Gives a module, or says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        what = module.partition(".")[0]
        msg = f"{what}, is not installed ({reason}); {INSTALL}."
        raise ExtraMissing(msg) from error
