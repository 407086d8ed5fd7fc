"""Block: the one shape every film has in this house."""

from __future__ import annotations

import functools
import math
import os

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from .errors import KnobError, ShapeError

Block = Float32[Tensor, "batch channel time height width"]

_WANTED = "is not (time, height, width), (time, height, width, 3) or [batch, channel, time, height, width]"
_TOO_LARGE = "{} holds values beyond ±3.4e38, which float32 cannot hold; scale it down first."


def as_block(data: object, name: str = "block") -> Block:
    """Gives a film in any accepted shape as a block `[batch, channel, time, height, width]` of float32.

    Takes numpy arrays and torch tensors of any real number type and byte order, shaped `(time, height, width)`,
    `(time, height, width, 3)` for colour, or five-dimensional. The block may share memory with what was given.
    Anything else is a `ShapeError`, and so are values that float32 cannot hold.

    >>> as_block(np.zeros((20, 4, 5))).shape
    torch.Size([1, 1, 20, 4, 5])
    >>> as_block(np.zeros((20, 4, 5, 3))).shape
    torch.Size([1, 3, 20, 4, 5])
    """
    tensor = _float32(data, name)
    shape = tuple(tensor.shape)
    if tensor.ndim == 3:
        tensor = tensor[None, None]
    elif tensor.ndim == 4 and shape[-1] == 3:
        tensor = tensor.permute(3, 0, 1, 2)[None]
    elif tensor.ndim != 5:
        msg = f"{name}.shape = {shape}, {_WANTED}; reshape it, or add the missing axes with [None]."
        raise ShapeError(msg)
    if 0 in (*tensor.shape[:2], *tensor.shape[3:]):
        msg = f"{name}.shape = {shape}, has an empty axis other than time; give frames of at least 1 × 1 pixel."
        raise ShapeError(msg)
    return tensor


def empty(*shape: int) -> Tensor:
    """Gives memory for a block, not yet written to. numpy's: it asks for large pages, which take a tenth of the time to touch.

    >>> empty(1, 1, 20, 4, 5).shape
    torch.Size([1, 1, 20, 4, 5])
    """
    return torch.from_numpy(np.empty(shape, np.float32))


def copied(tensor: Tensor) -> Tensor:
    """Gives the numbers of a tensor once more, on the CPU and without gradients, in memory as of `empty`."""
    return torch.from_numpy(tensor.detach().cpu().numpy().copy(order="C"))


def to_numpy(block: Block | np.ndarray) -> np.ndarray:
    """Gives a block of one batch as an array `(time, height, width)`, or `(time, height, width, channel)`.

    The array shares memory with the block. More than one batch is a `ShapeError`.

    >>> to_numpy(torch.zeros(1, 3, 20, 4, 5)).shape
    (20, 4, 5, 3)
    """
    if not hasattr(block, "ndim"):
        msg = f"block = {type(block).__name__}, is not a block of frames; give a tensor, for example what stream.get(i) gives."
        raise ShapeError(msg)
    if block.ndim != 5 or block.shape[0] != 1:
        msg = f"block.shape = {tuple(block.shape)}, is not [1, channel, time, height, width]; pick one with block[k:k+1]."
        raise ShapeError(msg)
    frames: np.ndarray = np.asarray(block.detach().cpu() if isinstance(block, Tensor) else block)[0]
    return frames[0] if len(frames) == 1 else np.moveaxis(frames, 0, -1)


def refuse_too_large(shape: tuple[int, ...], name: str) -> None:
    """Refuses a block larger than half the memory of this machine by a `KnobError`: to try may end the process."""
    needed, there = 4 * math.prod(shape), _memory() // 2
    if needed > there:
        gib = 2**30
        msg = (
            f"{name} = {needed / gib:.3g} GiB of frames, is more than half the memory of this machine ({there / gib:.3g} GiB); "
            "ask for fewer at a time, for example with blocks(100), or for smaller ones."
        )
        raise KnobError(msg)


@functools.cache
def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not told on this system
        return 2**40


def _float32(data: object, name: str) -> Tensor:
    if isinstance(data, Tensor) and data.layout is not torch.strided:
        msg = f"{name}.layout = {data.layout}, is not one that holds every pixel; give {name}.to_dense()."
        raise ShapeError(msg)
    if isinstance(data, Tensor) and not data.is_complex():
        tensor = data.to(torch.float32)
        if data.dtype == torch.float64 and not torch.equal(tensor.isinf(), data.isinf()):
            raise ShapeError(_TOO_LARGE.format(name))
        return tensor
    if not isinstance(data, list | tuple) and not hasattr(data, "__array__"):
        msg = f"{name} = {type(data).__name__}, is no array of frames; give a numpy array or a torch tensor."
        raise ShapeError(msg)
    try:
        array = np.asarray(data)
    except (ValueError, TypeError, RuntimeError) as error:  # ragged lists, tensors that numpy cannot hold
        msg = f"{name} = {type(data).__name__}, is not an array of frames ({error}); give frames of one size."
        raise ShapeError(msg) from error
    if array.dtype.kind not in "fiub":
        msg = f"{name}.dtype = {array.dtype}, is not a real number type; give numbers, for example float32."
        raise ShapeError(msg)
    try:
        with np.errstate(over="raise"):
            array = array.astype(np.float32, copy=not array.flags.writeable)
    except FloatingPointError as error:
        raise ShapeError(_TOO_LARGE.format(name)) from error
    return torch.from_numpy(np.ascontiguousarray(array))
