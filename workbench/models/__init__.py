"""Models of the retina and of single neurons."""

from .retina import Retina as Retina
