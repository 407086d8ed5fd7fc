"""Plots of films by matplotlib: in figures of their own, or in axes that are handed in."""

from .film import plot as plot
from .tensor import plot_tensor as plot_tensor
