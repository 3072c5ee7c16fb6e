# SPDX-License-Identifier: Apache-2.0
"""The short scenes of ``spikefloat waves``: operands that show what a design does."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.sim.exchange.waves import (
    MAX_FILTER_WIDTH,
    filter_text,
    play,
    read_signals,
    save_text,
    to_fst,
)

__all__ = ["Scene", "circuit_scene", "clocked_scene", "wave_files"]

_SEED = 1
_RANDOM_STEPS = 12
_NEURON_STEPS = 48

#: How closely waveforms are shown: an operation of many clocks as a whole.
_ZOOMS = {"plain": 15, "stream": 15, "handshake": 17}

#: Random steps of a design that takes many clocks for each.
_FEW_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A design, and what is done with it."""

    module: str
    verilog: str
    steps: list[dict[str, int]]  #: Values of the inputs, by name.
    kind: str = "plain"  #: How a step is given; see :func:`spikefloat.sim.exchange.waves.play`.
    is_clocked: bool = True
    drain: int = 0  #: Clocks to wait after the last step.
    formats: dict[str, Format] = field(default_factory=dict)  #: Of the ports that carry codes.


def circuit_scene(instance: Instance) -> Scene:
    """Return a scene with each interesting operand beside the next one, then random operands."""
    instance.require_usual_rounding("to be drawn")
    design, fmt = instance.design, instance.circuit.format
    hardware = design_hardware(instance)
    is_temporal = instance.hardware.style is Style.TEMPORAL
    codes = _interesting_codes(fmt)
    ports = instance.graph.inputs
    steps = [
        {
            port.name: _side_by_side(fmt, codes, i + shift, len(port.nodes))
            for shift, port in enumerate(ports)
        }
        for i in range(len(codes))
    ]
    source = random.Random(_SEED)
    steps += [
        {port.name: source.randrange(1 << len(port.nodes)) for port in ports}
        for _ in range(_FEW_STEPS if is_temporal else _RANDOM_STEPS)
    ]
    if hardware.has_discharge:
        steps = [{**step, "discharge": int(step is steps[0])} for step in steps]
    own = dict(zip(design.operands, design.operand_widths, strict=False))
    formats = {port.name: fmt for port in ports if own.get(port.name) is None}
    if design.result_width is None:
        formats[design.result] = instance.circuit.result_format
    if hardware.is_stream:
        formats = {_axi_name(name, design.result): fmt for name, fmt in formats.items()}
    kind = "stream" if hardware.is_stream else "handshake" if is_temporal else "plain"
    return Scene(
        module=hardware.module,
        verilog=hardware.verilog,
        steps=steps,
        formats=formats,
        kind=kind,
        is_clocked=hardware.is_clocked,
        drain=hardware.latency if kind == "plain" else 2,
    )


def _side_by_side(fmt: Format, codes: list[int], first: int, width: int) -> int:
    """Return a code or, for a vector, as many as it has, one after the other."""
    return sum(
        codes[(first + place) % len(codes)] << place * fmt.width
        for place in range(width // fmt.width)
    )


def _axi_name(port: str, result: str) -> str:
    return "m_axis_tdata" if port == result else f"s_axis_{port}_tdata"


def clocked_scene(instance: CellInstance) -> Scene:
    """Return a scene of a neuron, an encoder or a decoder."""
    parameters = instance.parameters
    if isinstance(parameters, CellParameters):
        return Scene(
            module=instance.name,
            verilog=instance.verilog,
            steps=_neuron_steps(len(parameters.weights)),
        )
    make_steps = _numbers if instance.design == "encoder" else _codes
    return Scene(
        module=instance.name,
        verilog=instance.verilog,
        steps=make_steps(parameters),
        kind="handshake",
        drain=2,
        formats={"code": parameters.fmt},
    )


def _interesting_codes(fmt: Format) -> list[int]:
    """Return codes that show what a format has: normal, subnormal, largest, special."""
    one = fmt.bias << fmt.mantissa_bits
    codes = [one, one | 1 << max(fmt.mantissa_bits - 1, 0), 1, fmt.max_code, one | fmt.sign_mask, 0]
    codes += [code for code in (fmt.infinity_code, fmt.nan_code) if code is not None]
    return list(dict.fromkeys(codes))


def _neuron_steps(fan_in: int) -> list[dict[str, int]]:
    """Return random spikes, with a discharge in the middle."""
    source = random.Random(_SEED)
    return [
        {
            "enable": 1,
            "discharge": int(step == _NEURON_STEPS // 2),
            "synapses": source.randrange(1 << fan_in),
        }
        for step in range(_NEURON_STEPS)
    ]


def _numbers(parameters: CodecParameters) -> list[dict[str, int]]:
    """Return fixed-point numbers: 1, 1.5, the smallest, zero, the largest, and random ones."""
    one = 1 << parameters.fraction_bits
    numbers = [one, one + one // 2, 1, 0, (1 << parameters.width) - 1]
    source = random.Random(_SEED)
    numbers += [
        source.randrange(1 << source.randrange(1, parameters.width + 1)) for _ in range(_FEW_STEPS)
    ]
    return [
        {"value": number & ((1 << parameters.width) - 1), "sign": position % 2}
        for position, number in enumerate(numbers)
    ]


def _codes(parameters: CodecParameters) -> list[dict[str, int]]:
    source = random.Random(_SEED)
    codes = _interesting_codes(parameters.fmt)
    codes += [source.randrange(1 << parameters.fmt.width) for _ in range(_FEW_STEPS)]
    return [{"code": code} for code in codes]


def wave_files(scene: Scene, folder: Path, *, is_fst: bool) -> dict[str, str | bytes]:
    """Simulate a scene, and return its waveforms and what GTKWave needs, by the name of the file.

    Parameters
    ----------
    scene : Scene
        What to do with which design.
    folder : Path
        Folder for what the simulator builds.
    is_fst : bool
        Whether to give FST, not VCD.

    Raises
    ------
    BenchError
        If the simulation cannot be built, or breaks off.
    """
    module = scene.module
    waves = play(
        scene.verilog,
        module,
        scene.steps,
        folder,
        clocked=scene.is_clocked,
        drain=scene.drain,
        kind=scene.kind,
    )
    formats = {fmt.name: fmt for fmt in scene.formats.values() if fmt.width <= MAX_FILTER_WIDTH}
    filters = {name: f"{name}.txt" for name in formats}
    name = f"{module}.fst" if is_fst else f"{module}.vcd"
    save = save_text(
        read_signals(waves), name, module, scene.formats, filters, zoom=_ZOOMS[scene.kind]
    )
    return {
        name: to_fst(waves, folder) if is_fst else waves,
        f"{module}.gtkw": save,
        **{filters[own]: filter_text(fmt) for own, fmt in formats.items()},
    }
