"""From the notebook to files and clusters: films saved with their recipes, as lazy arrays, as sweeps, as data for training."""

from .loading import from_file as from_file
from .saving import save as save
