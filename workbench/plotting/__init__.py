"""Plots of films, spikes and filters by matplotlib: in figures of their own, or in axes that are handed in."""

from .film import plot as plot
from .kernels import plot_kernel as plot_kernel
from .kernels import plot_receptive_field as plot_receptive_field
from .kernels import plot_transfer as plot_transfer
from .kernels import transfer_function as transfer_function
from .space_time import plot_space_time as plot_space_time
from .spikes import plot_raster as plot_raster
from .tensor import plot_tensor as plot_tensor
