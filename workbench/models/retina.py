"""The retina of Wohrer & Kornprobst (2009): from a film to the spikes of ON and OFF ganglion cells."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY
from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from typing_extensions import override

from ..core.block import Block, as_block, empty
from ..core.errors import DarkWarning as DarkWarning
from ..core.errors import KnobError, ShapeError
from ..core.knob import Knob, Seed, knobs
from ..core.layer import Layer
from ..core.output import Output
from ..core.remark import remark
from . import gradient, machine
from .memory import Memory
from .stages import STAGES, table


def _angle(meaning: str) -> Knob:
    return Knob(0, 1, "deg", meaning, hard=(0, 10))


def _time(meaning: str, high: float) -> Knob:
    return Knob(0.001, high, "s", meaning, hard=(1e-6, None), log=True)


def _share(meaning: str) -> Knob:
    return Knob(0, 1, "", meaning)


def _rate(meaning: str, low: float, high: float, hard: float) -> Knob:
    return Knob(low, high, "Hz", meaning, hard=(hard, None))


_FRAMES_TO_JUDGE = 100  # a film may begin in the dark

# What differs between the two kinds of ganglion cell, as in the paper.
CELLS = {
    "parvo": {"transient": 0.7, "tau_transient": 0.020, "rate": 37.0, "gain_ganglion": 100.0, "sigma_ganglion": 0.0},
    "magno": {"transient": 1.0, "tau_transient": 0.030, "rate": 80.0, "gain_ganglion": 400.0, "sigma_ganglion": 0.1},
}


class StepWarning(UserWarning):
    """A model runs at steps much longer than its own time constants."""


class Retina(Layer):
    """Outer plexiform layer, bipolar cells with contrast gain control, and ON and OFF ganglion cells that spike.

    Films are luminance 0..`luminosity_range`; each channel is a film of its own. Gives `ganglion_spikes_ON` and
    `ganglion_spikes_OFF` (exactly 0 or 1), and with `run(…, stages=True)` before them opl_centre, opl_surround, opl,
    bipolar (no unit, light of full range being 1), ganglion_ON and ganglion_OFF (Hz). The state begins in darkness.
    It adapts to contrast within 0.1 s and has no slow (10 s) adaptation. Parameters and equations: `describe()`.
    The first run after installation compiles for some seconds. A film that holds NaN or infinity, and a state of other
    films or another `cascade`, are a `ShapeError`; steps above 5 ms a `StepWarning`; a film that stays below 2 % of
    `luminosity_range` a `DarkWarning`. With `run(…, grad=True, stages=True)` gradients flow to the film, and to every
    parameter that is an `nn.Parameter`, through all stages but the spikes (slowly: `models/gradient.py`).
    Source: Wohrer & Kornprobst 2009, doi 10.1007/s10827-008-0108-4.

    >>> from workbench.streams import RandomStream
    >>> o = Retina(seed=1).run(RandomStream((20, 20), mean=127, level=100.0, seed=2), max_t=50)
    >>> o.ganglion_spikes_ON.shape
    torch.Size([1, 1, 50, 20, 20])
    """

    # Large pieces: it works through them in small ones of its own, and copies of its films would cost as much as a stage.
    values_at_once = 1 << 26
    luminosity_range: Annotated[float, Knob(1, 255, "", "luminance that becomes 1", hard=(1e-6, None))] = 255.0
    sigma_centre: Annotated[float, _angle("width of the centre's Gaussian")] = 0.05
    tau_centre: Annotated[float, _time("time constant of the centre", 0.1)] = 0.010
    cascade: Annotated[int, Knob(0, 10, "", "further low-passes of the centre, each of tau_centre / cascade")] = 0
    undershoot: Annotated[float, _share("share of the slow light that is taken off")] = 0.8
    tau_undershoot: Annotated[float, _time("time constant of the undershoot", 1)] = 0.100
    sigma_surround: Annotated[float, _angle("width of the surround's Gaussian, on top of the centre's")] = 0.15
    tau_surround: Annotated[float, _time("time constant of the surround", 0.1)] = 0.004
    gain_opl: Annotated[float, Knob(0, 50, "", "gain of the outer plexiform layer", hard=(None, None))] = 10.0
    surround_weight: Annotated[float, Knob(0, 1, "", "weight of the surround against the centre", hard=(0, 10))] = 1.0
    amplification: Annotated[float, _rate("amplification of the current by bipolar cells", 1, 500, 0)] = 50.0
    leak: Annotated[float, _rate("leak of bipolar cells", 1, 500, 1e-6)] = 50.0
    gain_control: Annotated[float, _rate("feedback of bipolar energy onto their leak; 0: none", 0, 1000, 0)] = 0.0
    sigma_gain_control: Annotated[float, _angle("width of the pool of gain control")] = 0.2
    tau_gain_control: Annotated[float, _time("time constant of the pool of gain control", 0.1)] = 0.005
    cells: Annotated[Literal["parvo", "magno"], Knob(meaning="ganglion cells: set the next five where None")] = "parvo"
    transient: Annotated[float | None, _share("share of the slow potential that ganglion cells take off")] = None
    tau_transient: Annotated[float | None, _time("time constant of that slow potential", 0.2)] = None
    rate: Annotated[float | None, _rate("drive at the threshold", 1, 200, 1e-6)] = None
    gain_ganglion: Annotated[float | None, _rate("gain above the threshold", 0, 1000, 0)] = None
    sigma_ganglion: Annotated[float | None, _angle("width of pooling by ganglion cells")] = None
    threshold: Annotated[float, Knob(-1, 1, "", "bipolar potential at the threshold", hard=(None, None))] = 0.0
    leak_ganglion: Annotated[float, _rate("leak of ganglion cells", 1, 200, 1e-6)] = 50.0
    noise: Annotated[float, Knob(0, 1, "", "standard deviation of the membrane noise", hard=(0, None))] = 0.1
    refractory: Annotated[float, Knob(0, 0.02, "s", "time at rest after a spike", hard=(0, None))] = 0.003
    _: KW_ONLY
    seed: Seed | None = None

    @override
    def step(self, block: Block, state: Any, *, stages: bool = False) -> tuple[dict[str, Block], Memory]:
        films = block.flatten(0, 1).contiguous()
        before = self._memory(films, state)
        names = [stage.name for stage in STAGES if stages or stage.name.startswith("ganglion_spikes")]
        graph = stages and torch.is_grad_enabled() and (films.requires_grad or any(p.requires_grad for p in self.parameters()))
        outputs, after = (self._with_graph if graph else self._without_graph)(films, before, names)
        after = after._replace(brightest=self._brightest(films, before))
        return {name: outputs[name].view(block.shape) for name in names}, after

    def _without_graph(self, films: Tensor, before: Memory, names: list[str]) -> tuple[dict[str, Tensor], Memory]:
        outputs = {name: empty(*films.shape) for name in names}
        after = machine.advance(self, films.detach().numpy(), before, {name: one.numpy() for name, one in outputs.items()})
        return outputs, after

    def _with_graph(self, films: Tensor, before: Memory, names: list[str]) -> tuple[dict[str, Tensor], Memory]:
        p = self.values() | dict(self.named_parameters())
        graded, after = gradient.currents(films, before, p, self.dt, self.pixel_per_degree)
        spikes = {name: empty(*films.shape) for name in names if name not in graded}
        drives = {name: one.detach().contiguous().numpy() for name, one in graded.items() if name.startswith("ganglion")}
        machine.spikes(self, drives, after, {name: one.numpy() for name, one in spikes.items()})
        return graded | spikes, after

    def values(self) -> dict[str, Any]:
        """The parameters with those of the cells filled in where they are None."""
        return {name: CELLS[self.cells][name] if value is None else value for name, value in self.given().items()}

    def differentiable(self, film: object, **parameters: float | Tensor) -> Output:
        """Gives the six graded stages from the dark with gradients to `film` and to `parameters`, slowly, in torch.

        `parameters` stand for this retina's own, as numbers or as tensors of one element, for fitting. Taken at the
        retina's present `dt` and `pixel_per_degree`. The stages equal those of `run` within 1e-5 of their maximum.
        A name that is none, or a value outside its range, is a `KnobError`; what is no film a `ShapeError`.
        A retina with an `nn.Parameter` does the same in `run(film, grad=True, stages=True)`, spikes beside it.

        >>> gain = torch.tensor(10.0, requires_grad=True)
        >>> stages = Retina().differentiable(torch.rand(5, 4, 4) * 255, gain_opl=gain)
        >>> stages.opl.sum().backward()
        >>> gain.grad.shape
        torch.Size([])
        """
        p = self.values()
        for name, value in parameters.items():
            if name not in p:
                msg = f"Retina.differentiable({name}=…), is not one of its parameters; it has {', '.join(p)}."
                raise KnobError(msg)
            number = value.item() if isinstance(value, Tensor) else value
            p[name] = value if isinstance(value, Tensor) else knobs(self)[name].check(number, "Retina")
        block = as_block(film, "film")
        films = block.flatten(0, 1)
        memory = Memory.fresh(self.replace(cascade=p["cascade"]), len(films), (block.shape[3], block.shape[4]))
        graded, _ = gradient.currents(films, memory, p, self.dt, self.pixel_per_degree)
        return Output({name: one.view(block.shape) for name, one in graded.items()}, self.dt, self.pixel_per_degree)

    def describe(self) -> str:
        """The stages with their equations and the present values of their parameters, as a Markdown table."""
        return table(self)

    @override
    def begin(self) -> None:
        if self.dt > 0.005:
            msg = (
                f"Retina at dt = {self.dt:g} s, is coarser than 5 ms (exact, but its time constants are 4 … 100 ms); "
                f"resample the film: TimedResampleStream(video, dt=0.001)."
            )
            remark(msg, StepWarning)

    @override
    def end(self) -> None:
        if self.state.frame < _FRAMES_TO_JUDGE:
            self._warn_of_darkness(self.state.brightest)

    def _memory(self, films: Tensor, state: object) -> Memory:
        size = (films.shape[2], films.shape[3])
        if state is None:
            return Memory.fresh(self, len(films), size)
        wanted = (self.cascade + 1, len(films), *size)
        if isinstance(state, Memory) and state.light.shape == wanted:
            return state
        got = list(state.light.shape) if isinstance(state, Memory) else type(state).__name__
        msg = (
            f"Retina.state = {got}, is not the state of a retina with cascade = {self.cascade} for these films "
            f"([cascade + 1, film, height, width] = {list(wanted)}); reset() first."
        )
        raise ShapeError(msg)

    def _brightest(self, films: Tensor, before: Memory) -> float:
        """Gives the highest value so far, and warns once if it is little when 100 frames and some light were shown."""
        seen = films.detach().numpy()
        low, high = float(seen.min()), float(seen.max())
        if not math.isfinite(high - low):
            msg = f"film = {low} … {high}, is no luminance in some pixel (a retina never forgets it); mend the film first."
            raise ShapeError(msg)
        frame, brightest = before.frame + films.shape[1], max(before.brightest, high)
        judged = before.frame >= _FRAMES_TO_JUDGE and before.brightest > 0
        if frame >= _FRAMES_TO_JUDGE and not judged:
            self._warn_of_darkness(brightest)
        return brightest

    def _warn_of_darkness(self, brightest: float) -> None:
        if not 0 < brightest < 0.02 * self.luminosity_range:
            return
        msg = (
            f"film of values up to {brightest:g}, is dark for luminosity_range = {self.luminosity_range:g} (full "
            f"light); scale the film to 0..{self.luminosity_range:g}, or set for example Retina(luminosity_range=1.0)."
        )
        remark(msg, DarkWarning)
