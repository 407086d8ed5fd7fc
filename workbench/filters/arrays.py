"""Blocks as the arrays that compiled kernels work on, film by film."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def compilable(*tensors: Tensor) -> bool:
    """Whether a kernel can take these: float32 on the CPU, and no gradient is asked for."""
    plain = all(one.dtype == torch.float32 and one.device.type == "cpu" for one in tensors)
    return plain and not (torch.is_grad_enabled() and any(one.requires_grad for one in tensors))


def films(block: Tensor) -> npt.NDArray[np.float32]:
    """Gives the films of a block as `[film, time, pixel]`, a film being one channel of one batch element."""
    array: npt.NDArray[np.float32] = block.detach().cpu().contiguous().flatten(3).flatten(0, 1).numpy()
    return array


def pixels(state: Tensor) -> npt.NDArray[np.floating]:
    """Gives a state that a kernel may change as `[film, pixel]`, sharing its memory."""
    array: npt.NDArray[np.floating] = state.flatten(2).flatten(0, 1).numpy()
    return array
