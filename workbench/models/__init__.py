"""Models of the retina and of single neurons."""

from .linear import Linear as Linear
from .linear import LinearNonlinear as LinearNonlinear
from .receptive_field import correlation as correlation
from .receptive_field import difference_of_gaussians as difference_of_gaussians
from .receptive_field import expected_correlation as expected_correlation
from .receptive_field import separable as separable
from .receptive_field import spike_triggered_average as spike_triggered_average
from .receptive_field import temporal_kernel as temporal_kernel
from .retina import DarkWarning as DarkWarning
from .retina import Retina as Retina
from .retina import StepWarning as StepWarning
