"""Workbench: visual stimuli as recipes whose film can be read anywhere, seen in Jupyter, and shown to models."""

import importlib
from typing import TYPE_CHECKING

from . import streams as streams
from .core.block import as_block as as_block
from .core.block import to_numpy as to_numpy
from .core.errors import ClippedWarning as ClippedWarning
from .core.errors import CodecError as CodecError
from .core.errors import DataMissing as DataMissing
from .core.errors import EndOfStream as EndOfStream
from .core.errors import ExtraMissing as ExtraMissing
from .core.errors import FormatError as FormatError
from .core.errors import KnobError as KnobError
from .core.errors import RecipeError as RecipeError
from .core.errors import SeekError as SeekError
from .core.errors import ShapeError as ShapeError
from .core.errors import SinkError as SinkError
from .core.errors import WorkbenchError as WorkbenchError
from .streams import from_recipe as from_recipe
from .streams import open as open  # noqa: A004 - as a file is opened

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import filters as filters
    from . import models as models
    from .exporting import from_file as from_file
    from .exporting import save as save
    from .exporting import sweep as sweep
    from .exporting import to_dask as to_dask
    from .exporting import to_xarray as to_xarray
    from .plotting import plot as plot
    from .plotting import plot_tensor as plot_tensor
    from .widgets.bench import Bench as Bench
    from .widgets.bench import bench as bench
    from .widgets.gallery.gallery import Gallery as Gallery
    from .widgets.gallery.gallery import gallery as gallery
else:
    # Rooms that need Jupyter, matplotlib or a compiler are opened on first use: `import workbench` stays light.
    _ROOMS = ("datasets", "exporting", "filters", "models", "plotting", "widgets")
    _LAZY = {
        "Bench": ".widgets.bench",
        "bench": ".widgets.bench",
        "Gallery": ".widgets.gallery.gallery",
        "gallery": ".widgets.gallery.gallery",
        "from_file": ".exporting",
        "plot": ".plotting",
        "plot_tensor": ".plotting",
        "save": ".exporting",
        "sweep": ".exporting",
        "to_dask": ".exporting",
        "to_xarray": ".exporting",
    }

    def __getattr__(name: str) -> object:
        if name in _ROOMS:
            return importlib.import_module(f".{name}", __name__)
        if name in _LAZY:
            return getattr(importlib.import_module(_LAZY[name], __name__), name)
        msg = f"module 'workbench' has no attribute {name!r}"
        raise AttributeError(msg)

    def __dir__() -> list[str]:
        hidden = {"TYPE_CHECKING", "importlib"}
        return sorted({*globals(), *_LAZY, *_ROOMS} - hidden)
