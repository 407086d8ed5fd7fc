"""Digit data sets in the files of MNIST: the real one, and digits rendered from fonts."""

from .rendered import rendered_digits as rendered_digits
