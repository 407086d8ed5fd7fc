"""The state of a model: what every model does with it, whatever is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor


def mapped(function: Callable[[Tensor], Tensor], state: Any) -> Any:
    """The same state with `function` of every tensor in it."""
    if isinstance(state, Tensor):
        return function(state)
    if isinstance(state, dict):
        return {key: mapped(function, one) for key, one in state.items()}
    if isinstance(state, tuple | list):
        items = [mapped(function, one) for one in state]
        return type(state)(*items) if hasattr(state, "_fields") else type(state)(items)
    return state


def owned(tensor: Tensor, lent: set[int]) -> Tensor:
    """A view would keep a whole block in memory, or change with a block that is the caller's."""
    storage = tensor.untyped_storage()
    return tensor.clone() if storage.data_ptr() in lent or storage.nbytes() > tensor.nbytes else tensor


def size_of(state: Any) -> int:
    """Gives the bytes that a state holds, in tensors and arrays wherever they are in it."""
    if isinstance(state, Tensor | np.ndarray):
        return state.nbytes
    if isinstance(state, dict):
        return sum(map(size_of, state.values()))
    if isinstance(state, tuple | list):
        return sum(map(size_of, state))
    return sum(map(size_of, vars(state).values())) if hasattr(state, "__dict__") else 0
