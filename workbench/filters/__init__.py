"""Filters: pure functions on films, and the spiking layers built on them."""

from . import spatial as spatial
from . import spiking as spiking
from . import temporal as temporal
from .spiking import IntegrativeMotionSensor as IntegrativeMotionSensor
from .spiking import Izhikevich as Izhikevich
from .spiking import LeakyIntegrateAndFire as LeakyIntegrateAndFire
from .spiking import Poisson as Poisson
from .temporal import LowPass as LowPass
