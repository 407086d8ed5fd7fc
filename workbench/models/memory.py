"""What a retina remembers between two frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from ..core import chance

if TYPE_CHECKING:
    from .retina import Retina


class Memory(NamedTuple):
    """The state of a retina: tensors `[film, height, width]`, a film being one channel of one batch element."""

    frame: int  # the number of the next frame
    brightest: float  # the highest value seen so far
    light: Tensor  # [low-pass, film, height, width]: the cascade of the centre
    slow: Tensor  # the light that the undershoot takes off
    surround: Tensor
    potential: Tensor  # of bipolar cells
    pool: Tensor  # of their contrast gain control
    transient: Tensor  # the slow potential that ganglion cells take off
    membrane: Tensor  # [polarity, film, height, width]: potential of ganglion cells, ON and OFF
    dead: Tensor  # [polarity, film, height, width]: frames that they are still at rest

    @classmethod
    def fresh(cls, retina: Retina, films: int, size: tuple[int, int]) -> Memory:
        """Gives the memory of a retina in the dark, its neurons uniform in [0.5, 0.7]: the same for every film."""
        seed = retina.seed or 0
        start = chance.uniforms(seed, chance.RETINA_START, 0, 2, size[0] * size[1], low=0.5, high=0.7)
        membrane = torch.from_numpy(start).view(2, 1, *size).repeat(1, films, 1, 1)
        light = torch.zeros(retina.cascade + 1, films, *size)
        slow, surround, potential, pool, transient = torch.zeros(5, films, *size).unbind()
        dead = torch.zeros(2, films, *size, dtype=torch.int32)
        return cls(0, 0.0, light, slow, surround, potential, pool, transient, membrane, dead)

    def later(self, frames: int) -> Memory:
        """Gives a memory of its own to write in, `frames` later."""
        # Copied by numpy: torch would wake its threads, which then spin where those of the retina want to work.
        own = (torch.from_numpy(one.detach().numpy().copy()) for one in self[2:])
        return Memory(self.frame + frames, self.brightest, *own)
