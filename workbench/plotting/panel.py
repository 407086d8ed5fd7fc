"""Panel: one film as a row of its frames and the course of its values."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.image import AxesImage

from ..core.pixels import display_range
from .shown import Sampling, Values, times

# Okabe & Ito's colours, which the colour-blind tell apart (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, PURPLE, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#777777"
PIXELS = (ORANGE, GREEN, PURPLE)
CHANNELS = (VERMILION, GREEN, BLUE)  # red, green and blue, told apart

_ROW_INCHES = 1.25


@dataclasses.dataclass(frozen=True)
class Panel:
    """One film `[channel, time, height, width]`, of one channel or in colour, and how it is to be drawn."""

    values: Values
    sampling: Sampling
    limits: tuple[float, float]
    title: str = ""

    @property
    def is_colour(self) -> bool:
        """Whether it has red, green and blue."""
        return len(self.values) == 3

    @property
    def is_spikes(self) -> bool:
        """Whether there are no other values than 0 and 1, and both of them."""
        v = self.values
        return bool(((v == 0) | (v == 1)).all() and v.any() and not v.all())

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """The time of every frame in ms."""
        return times(self.values.shape[1], self.sampling)

    def draw(self, axes: Axes, width: float, *, beside: bool = False) -> Axes:
        """Draws it in the room of `axes`, `width` inches wide; gives these axes, which then show the values in time."""
        room = _room(axes)
        # A layout engine keeps labels apart; in a figure without one, gaps do, and a place for the legend.
        free = axes.figure.get_layout_engine() is None
        if beside:
            parts = room.subgridspec(1, 2, width_ratios=[1.6, 1], wspace=0.3 if free else None)
        else:
            parts = room.subgridspec(2, 1, height_ratios=[1.1, 1], hspace=0.55 if free else None)
        axes.set_subplotspec(parts[1].subgridspec(1, 2, width_ratios=[1, 0.3])[0] if free else parts[1])
        picked = self._picked(width * (0.6 if beside else 0.95))
        # Layout engines do not see the titles of images that fill their cells: they get a cell of their own.
        above = parts[0].subgridspec(2, 1, height_ratios=[0.3 if self.title else 0.1, 1])
        self._draw_frames(axes.figure, above[1], picked)
        self._draw_values(axes, picked)
        return axes

    def _picked(self, width: float) -> npt.NDArray[np.int64]:
        """The frames to show, spread over the film, as many as fit side by side."""
        height, columns = self.values.shape[2:]
        most = int(np.clip(width / (_ROW_INCHES * columns / height + 0.15), 2, 8))
        return np.unique(np.linspace(0, self.values.shape[1] - 1, most).round().astype(np.int64))

    def _draw_frames(self, figure: Figure | SubFigure, room: SubplotSpec, picked: npt.NDArray[np.int64]) -> None:
        cells = room.subgridspec(1, len(picked), wspace=0.08)
        row = [figure.add_subplot(cells[k]) for k in range(len(picked))]
        for frame, axes in zip(picked, row, strict=True):
            image = self._draw_frame(axes, int(frame))
            axes.set_title(f"{self.times[frame]:.6g} ms", fontsize="small")
            if frame != picked[0]:
                axes.tick_params(labelleft=False, labelbottom=False)
        row[0].set_xlabel("deg")
        row[0].set_ylabel("deg")
        if self.title:
            row[0].annotate(self.title, (0, 1), (0, 20), "axes fraction", "offset points", fontweight="bold")
        if not self.is_colour:
            height, width = self.values.shape[2:]
            thickness = 0.06 * height / width
            room_beside = row[-1].inset_axes((1 + thickness, 0, thickness, 1))
            ticks = list(self.limits) if width > 3 * height else None  # no place for more
            figure.colorbar(image, cax=room_beside, ticks=ticks, format="%.4g")

    def _draw_frame(self, axes: Axes, frame: int) -> AxesImage:
        low, high = self.limits
        height, width = (one / self.sampling.pixel_per_degree for one in self.values.shape[2:])
        picture = self.values[0, frame]
        if self.is_colour:
            picture = np.clip((np.moveaxis(self.values[:, frame], 0, -1) - low) / (high - low), 0, 1)
        return axes.imshow(picture, "gray", vmin=low, vmax=high, extent=(0, width, height, 0), interpolation="nearest")

    def _draw_values(self, axes: Axes, picked: npt.NDArray[np.int64]) -> None:
        if self.is_spikes:
            self._draw_spikes(axes)
        else:
            self._draw_courses(axes)
        axes.plot(
            self.times[picked], np.zeros(len(picked)), "^", color=GREY, markersize=4, clip_on=False,
            transform=axes.get_xaxis_transform(), zorder=5,
        )  # fmt: skip
        axes.set_xlabel("time (ms)")
        tidy(axes)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize="small")
        if len(self.times) > 1:
            axes.set_xlim(self.times[0], self.times[-1])
        else:
            axes.set_xticks(self.times)

    def _draw_courses(self, axes: Axes) -> None:
        flat, t = self.values, self.times
        marker = "o" if len(t) == 1 else None
        low, high = flat.min((0, 2, 3)), flat.max((0, 2, 3))
        if len(t) == 1:
            axes.vlines(t, low, high, color=BLUE, alpha=0.3, linewidth=6, label="lowest … highest")
        else:
            axes.fill_between(t, low, high, color=BLUE, alpha=0.18, linewidth=0, label="lowest … highest")
        if self.is_colour:
            for name, colour, channel in zip(("red", "green", "blue"), CHANNELS, flat, strict=True):
                axes.plot(t, channel.mean((1, 2), dtype=np.float64), marker=marker, color=colour, label=f"mean {name}")
        else:
            for (row, column), colour in zip(self._pixels(), PIXELS, strict=False):
                axes.plot(t, flat[0, :, row, column], marker=marker, color=colour, lw=0.8, label=f"pixel {row}, {column}")
            axes.plot(t, flat.mean((0, 2, 3), dtype=np.float64), marker=marker, color=BLUE, lw=2, label="mean")
        axes.set_ylabel("value")

    def _draw_spikes(self, axes: Axes) -> None:
        share = self.values.mean((0, 2, 3), dtype=np.float64)
        axes.plot(self.times, share, color=BLUE, lw=1.2, label="share of spikes")
        axes.set_ylim(0, max(share.max() * 1.6, 1e-9))
        heights = (0.94, 0.85, 0.76)
        for (row, column), colour, height in zip(self._pixels(), PIXELS, heights, strict=False):
            when = self.times[self.values[0, :, row, column] > 0]
            axes.plot(
                when, np.full(len(when), height), "|", color=colour, markersize=7, label=f"pixel {row}, {column}",
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        axes.set_ylabel("share of pixels")

    def _pixels(self) -> list[tuple[int, int]]:
        """Up to three pixels, at the middle and towards two corners."""
        height, width = self.values.shape[2:]
        places = ((height // 2, width // 2), (height // 4, width // 4), (3 * height // 4, 3 * width // 4))
        return list(dict.fromkeys(places))


def limits(values: Values) -> tuple[float, float]:
    """Gives the values shown darkest and brightest: of all finite ones, symmetric about 0 where they have both signs."""
    finite = values[np.isfinite(values)]
    return display_range((float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0))


def tidy(axes: Axes) -> None:
    """Leaves only the two lines of the axes that carry numbers."""
    axes.spines[["top", "right"]].set_visible(False)


def _room(axes: Axes) -> SubplotSpec:
    """The room that axes have in their figure, as a grid of one cell where they were put by hand."""
    found = axes.get_subplotspec()
    if found is not None:
        return found
    box = axes.get_position()
    return GridSpec(1, 1, axes.get_figure(root=True), left=box.x0, right=box.x1, bottom=box.y0, top=box.y1)[0]
