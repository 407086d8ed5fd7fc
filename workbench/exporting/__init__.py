"""From the notebook to files and clusters: films saved with their recipes, as lazy arrays, as sweeps, as data for training."""

from .arrays import to_dask as to_dask
from .arrays import to_xarray as to_xarray
from .loading import from_file as from_file
from .saving import save as save
from .sweeping import sweep as sweep
from .training import FilmDataset as FilmDataset
from .training import FilmIterableDataset as FilmIterableDataset
