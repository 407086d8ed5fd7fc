"""Pictures of what models do: responses to a flash, to a spot and to steps of current, drawn by the plotting room."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench import filters, models, plotting, streams, to_numpy
from workbench.core.layer import Layer

_DOTS = 144  # an inch
SYMBOLS = (
    "`G(σ)` is a Gaussian in space (σ in degrees), `E(τ)` an exponential low-pass and `E(n, τ)` a cascade of them, "
    "`T(w, τ) = 1 − w·E(τ)` a partial high-pass (τ in seconds), `*` a convolution, `L` the luminance of the film."
)


@dataclass(frozen=True)
class Picture:
    """One picture of a model."""

    file: str
    title: str
    caption: str
    png: bytes


def of(cls: type[Layer]) -> list[Picture]:
    """Gives the pictures of a model, none where nobody drew any."""
    found = []
    for number, (title, caption, draw) in enumerate(_DRAWN.get(cls, ())):
        plt.close("all")
        draw()
        figure = plt.gcf()
        found.append(Picture(f"{cls.__name__}-{number + 1}.png", title, caption, _png(figure)))
    plt.close("all")
    return found


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, dpi=_DOTS)
    return out.getvalue()


def _side_by_side() -> tuple[Axes, Axes]:
    _, (left, right) = plt.subplots(1, 2, figsize=(10.0, 2.9), layout="constrained")
    return left, right


def _kernel_and_transfer(kernel: np.ndarray, unit: str = "weight") -> None:
    left, right = _side_by_side()
    plotting.plot_kernel(kernel, axes=left).set_ylabel(unit)
    plotting.plot_transfer(kernel, axes=right)


def _low_pass() -> None:
    flash = torch.zeros(100, 1, 1)
    flash[0] = 1
    _kernel_and_transfer(to_numpy(filters.LowPass()(flash)).ravel())


_BACKGROUND, _FLASH = 100.0, 50.0
_SETTLING, _SEEN = 1000, 250  # frames before the flash, and from it on
_FINE = 40.0  # px/deg: the centre of a cell is 0.05 degrees wide


def _flash_seen_by_bipolar_cells(rows: int, where: slice) -> np.ndarray:
    """What a flash of one frame adds to the potential, for each unit of light: (time, rows, rows)."""
    rest = np.full((_SETTLING + _SEEN, rows, rows), _BACKGROUND, np.float32)
    flash = rest.copy()
    flash[_SETTLING, where, where] += _FLASH
    films = (streams.SequenceStream(one, pixel_per_degree=_FINE) for one in (flash, rest))
    seen, alone = (to_numpy(models.Retina(seed=0).run(film, stages=True).bipolar) for film in films)
    return (seen - alone)[_SETTLING:].astype(np.float64) / _FLASH


def _retina_in_time() -> None:
    _kernel_and_transfer(_flash_seen_by_bipolar_cells(1, slice(None))[:, 0, 0], "potential per unit of light")


def _retina_in_space() -> None:
    rows = 41
    field = _flash_seen_by_bipolar_cells(rows, slice(rows // 2, rows // 2 + 1))
    plotting.plot_receptive_field(field[:41], pixel_per_degree=_FINE)


def _retina_steps() -> None:
    """ON and OFF cells of one column while the light steps up and down."""
    film = np.full((1500, 1, 1), _BACKGROUND, np.float32)
    film[500:1000] += 60
    out = models.Retina(seed=0, noise=0.0).run(film, stages=True)
    _, axes = plt.subplots(4, 1, figsize=(9.0, 6.0), sharex=True, layout="constrained")
    shown = {"light": film, "bipolar": out.bipolar, "ganglion_ON (Hz)": out.ganglion_ON, "ganglion_OFF (Hz)": out.ganglion_OFF}
    for one, (name, stage) in zip(axes, shown.items(), strict=True):
        plotting.plot(np.ravel(stage), axes=one).set(ylabel=name, xlabel="")
    axes[-1].set_xlabel("time (ms)")


def _field() -> None:
    plotting.plot_receptive_field(models.Linear().receptive_field)


def _field_in_time() -> None:
    field = np.asarray(models.Linear().receptive_field)
    _kernel_and_transfer(field[:, 25, 25])


def _rates() -> None:
    left, right = _side_by_side()
    drive = np.linspace(-3, 3, 121)
    film = drive.astype(np.float32).reshape(-1, 1, 1)
    for axes, how in ((left, "rectified"), (right, "exponential")):
        model = models.LinearNonlinear(np.ones((1, 1, 1)), nonlinearity=how)
        axes.plot(drive, to_numpy(model(film)).ravel(), color="#1f77b4")
        axes.set(xlabel="drive y", ylabel="rate (Hz)", title=f'nonlinearity="{how}"')
        axes.spines[["top", "right"]].set_visible(False)


def _raster(model: Callable[[], Layer], inputs: np.ndarray, label: str) -> Callable[[], None]:
    """Spikes for inputs that grow from neuron to neuron and last from 100 to 400 ms."""

    def draw() -> None:
        film = np.zeros((500, 1, len(inputs)), np.float32)
        film[100:400] = inputs
        axes = plotting.plot_raster(model()(film))
        axes.set(ylabel=label, yticks=range(len(inputs)), yticklabels=[f"{one:g}" for one in inputs])
        axes.axvspan(100, 400, color="0.93", zorder=0)

    return draw


def _events() -> None:
    """One pixel whose light rises, rests and falls, and its events."""
    up, down = np.linspace(20, 120, 100), np.linspace(120, 20, 50)
    light = np.concatenate([np.full(50, 20.0), up, np.full(100, 120.0), down, np.full(50, 20.0)])
    events = to_numpy(filters.IntegrativeMotionSensor(threshold=10.0)(light.astype(np.float32).reshape(-1, 1, 1)))[:, 0, 0]
    _, (above, below) = plt.subplots(2, 1, figsize=(9.0, 3.6), sharex=True, layout="constrained")
    plotting.plot(light, axes=above).set(ylabel="input", xlabel="")
    for number, colour in enumerate(("#d95f02", "#1f77b4")):
        when = np.flatnonzero(events[:, 1 - number])  # channel 1 is OFF, below
        below.plot(when, np.full(len(when), number), "|", ms=16, mew=1.2, color=colour)
    below.set(yticks=[0, 1], yticklabels=["OFF", "ON"], ylim=(-0.6, 1.6), xlabel="time (ms)")
    below.spines[["top", "right"]].set_visible(False)


Drawn = tuple[tuple[str, str, Callable[[], None]], ...]
_STEP = "Grey: the time for which the input is on. "

_RETINA: Drawn = (
    (
        "bipolar cells in time",
        (
            "Bipolar cells, full field: response to a flash of one frame on a background of 100, per unit of light, "
            "and its transfer function."
        ),
        _retina_in_time,
    ),
    (
        "receptive field of a bipolar cell",
        (
            "Bipolar cells around a flash of one pixel and one frame, at 40 px/deg. As all cells are alike, this is the "
            "receptive field of one cell, mirrored about its centre."
        ),
        _retina_in_space,
    ),
    (
        "a step of light",
        (
            "A step of light from 100 to 160 and back, without noise: bipolar potential, and the currents of ON and OFF "
            "ganglion cells. The first 200 ms are the way out of darkness."
        ),
        _retina_steps,
    ),
)
_LINEAR: Drawn = (
    ("the usual receptive field", "The receptive field that it has by default.", _field),
    ("its kernel in time", "Its weights in time at the centre, and their transfer function.", _field_in_time),
)
_NONLINEAR: Drawn = (("its nonlinearities", "Its two nonlinearities, with gain = 50 Hz and threshold = 0.", _rates),)
_FILTERED: Drawn = (
    (
        "impulse response",
        "tau = 0.01 s at dt = 0.001 s: response to one frame of light, and its transfer function.",
        _low_pass,
    ),
)
_CHANCE: Drawn = (
    (
        "spikes",
        f"{_STEP}Each row is a pixel with another probability of a spike in a frame.",
        _raster(lambda: filters.Poisson(seed=1), np.array([0.01, 0.03, 0.1, 0.3]), "input (probability)"),
    ),
)
_LEAKY: Drawn = (
    (
        "spikes",
        f"{_STEP}Each row is a neuron with another constant current; below the threshold of 1 it is silent.",
        _raster(filters.LeakyIntegrateAndFire, np.array([0.9, 1.1, 1.5, 2.0, 4.0]), "input"),
    ),
)
_RECOVERING: Drawn = (
    (
        "spikes",
        f"{_STEP}Each row is a regular spiking neuron with another constant current.",
        _raster(filters.Izhikevich, np.array([3.0, 5.0, 10.0, 15.0, 20.0]), "input"),
    ),
)
_CHANGE: Drawn = (("events", "One pixel: its input rises by 100, rests, and falls again; threshold = 10.", _events),)

_DRAWN: dict[type[Layer], Drawn] = {
    models.Retina: _RETINA,
    models.Linear: _LINEAR,
    models.LinearNonlinear: _NONLINEAR,
    filters.LowPass: _FILTERED,
    filters.Poisson: _CHANCE,
    filters.LeakyIntegrateAndFire: _LEAKY,
    filters.Izhikevich: _RECOVERING,
    filters.IntegrativeMotionSensor: _CHANGE,
}
