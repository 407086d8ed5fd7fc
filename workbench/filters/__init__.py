"""Filters: pure functions on films, and the spiking layers built on them."""

from . import spatial as spatial
from . import temporal as temporal
from .temporal import LowPass as LowPass
