"""One shape: what becomes a block, what does not, and back to numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import workbench
from workbench.core import block as room
from workbench.core.errors import KnobError, ShapeError

FILM = np.arange(4 * 3 * 2, dtype=float).reshape(4, 3, 2)


@pytest.mark.parametrize("kind", ["<f8", ">f8", ">i2", "<u4", "u1", "i8", "f2", "<f4", ">f4", "longdouble"])
def test_number_types_and_byte_orders(kind: str) -> None:
    found = workbench.as_block(FILM.astype(kind))
    assert found.dtype is torch.float32
    assert found.shape == (1, 1, 4, 3, 2)
    assert np.array_equal(found[0, 0], FILM)


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.bfloat16, torch.uint8, torch.int64, torch.bool])
def test_tensor_types(kind: torch.dtype) -> None:
    assert torch.equal(workbench.as_block(torch.ones(4, 3, 2, dtype=kind)), torch.ones(1, 1, 4, 3, 2))


@pytest.mark.parametrize(
    "view", [FILM[::-1], FILM[:, ::2], FILM.T, np.broadcast_to(FILM[:1], (4, 3, 2)), FILM.astype("f4")[..., ::-1]]
)
def test_views_are_read_as_they_look(view: np.ndarray) -> None:
    assert np.array_equal(workbench.as_block(view)[0, 0], view)


def test_read_only_arrays_are_copied_and_lists_taken() -> None:
    still = FILM.astype(np.float32)
    still.flags.writeable = False
    workbench.as_block(still).fill_(9)
    assert np.array_equal(still, FILM)
    assert np.array_equal(workbench.as_block(FILM.tolist())[0, 0], FILM)


def test_colour_goes_to_the_channel_axis_and_back() -> None:
    colour = np.stack([FILM, 2 * FILM, 3 * FILM], -1)
    found = workbench.as_block(colour)
    assert found.shape == (1, 3, 4, 3, 2)
    assert np.array_equal(found[0, 2], 3 * FILM)
    assert np.array_equal(workbench.to_numpy(found), colour)


def test_five_dimensions_stay() -> None:
    five = np.zeros((2, 4, 0, 3, 2))
    assert workbench.as_block(five).shape == (2, 4, 0, 3, 2)


def test_to_numpy() -> None:
    assert np.array_equal(workbench.to_numpy(workbench.as_block(FILM)), FILM)
    assert workbench.to_numpy(torch.zeros(1, 2, 4, 3, 2, requires_grad=True)).shape == (4, 3, 2, 2)
    for wrong in (torch.zeros(2, 1, 4, 3, 2), torch.zeros(4, 3, 2)):
        with pytest.raises(ShapeError, match=r"block\.shape"):
            workbench.to_numpy(wrong)
    assert workbench.to_numpy(np.zeros((1, 3, 4, 3, 2))).shape == (4, 3, 2, 3)
    for other in (5, None, [[[1.0]]], workbench.streams.Blank((4, 5))):
        with pytest.raises(ShapeError, match=rf"block = {type(other).__name__}, is not a block.*get\(i\)"):
            workbench.to_numpy(other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (np.zeros((3, 2)), r"\(3, 2\), is not"),
        (np.zeros((4, 3, 2, 4)), r"\(4, 3, 2, 4\)"),
        (np.zeros((1, 3, 2, 2)), "time, height, width, 3"),
        (np.zeros((1, 1, 1, 1, 1, 1)), "is not"),
        (np.float32(3), "is not"),
        (np.zeros((4, 0, 2)), "empty axis"),
        (np.zeros((0, 1, 4, 3, 2)), "empty axis"),
        (np.zeros((4, 3, 2), complex), "complex128"),
        (torch.zeros(4, 3, 2, dtype=torch.complex64), "complex64"),
        (torch.zeros(4, 3, 2).to_sparse(), "sparse"),
        (np.array([["a"]]), "<U1"),
        (np.zeros((4, 3, 2), object), "object"),
        ([[[1, 2], [3]]], "frames of one size"),
        ([torch.zeros(3, 2, requires_grad=True)], r"one size|dtype"),
        (None, "NoneType"),
        ("film.npy", "str"),
        (workbench.streams.Blank((4, 5)), "Blank"),
        (np.full((1, 2, 2), 1e39), "3.4e38"),
        (torch.full((1, 2, 2), 1e39, dtype=torch.float64), "3.4e38"),
        (np.full((1, 2, 2), np.finfo(np.longdouble).max), "3.4e38"),
    ],
)
def test_the_rest_is_refused_by_name(wrong: object, told: str) -> None:
    with pytest.raises(ShapeError, match=told) as caught:
        workbench.as_block(wrong, "frames")
    assert str(caught.value).startswith("frames")


def test_what_was_infinite_stays_so() -> None:
    for kind in (np.asarray, torch.as_tensor):
        found = workbench.as_block(kind(np.array([[[np.inf, -np.inf, np.nan]]])))
        assert found.isinf().sum() == 2
        assert found.isnan().sum() == 1


def test_a_block_beyond_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_memory", lambda: 8000)
    room.refuse_too_large((1, 1, 10, 10, 10), "here")
    with pytest.raises(KnobError, match="half the memory"):
        room.refuse_too_large((1, 1, 10, 10, 11), "here")
    with pytest.raises(KnobError, match=r"Blank.read\(0, 11\)"):
        workbench.streams.Blank((10, 10)).get(11)
