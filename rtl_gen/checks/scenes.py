# SPDX-License-Identifier: Apache-2.0
"""The short scenes of ``spikefloat waves``: operands that show what a design does."""

import random

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.verifying.cells import cell_design, codec_design
from spikefloat.rtl_gen.checks.verifying.designs import dot_design, scalar_design, vector_check
from spikefloat.rtl_gen.checks.verifying.graphs import saved_check
from spikefloat.rtl_gen.checks.verifying.plan import Selected, Subject
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.designs.shapes import VectorShape
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.sim.benches.cells import cell_checks
from spikefloat.sim.benches.codecs import decoder_check, encoder_check
from spikefloat.sim.benches.dut import Cases, Check
from spikefloat.sim.benches.scalars import scalar_checks
from spikefloat.sim.benches.sums import dot_check
from spikefloat.sim.cases.spikes import Clock
from spikefloat.sim.golden.operations import find_operation

__all__ = ["few_cases", "scene_check"]

_SEED = 1
_RANDOM_STEPS = 12
_NEURON_STEPS = 48

#: Random steps of a design that takes many clocks for each.
_FEW_STEPS = 4

#: Cases of a circuit of a file.
_FILE_STEPS = 20

Codes = NDArray[np.int64]


def scene_check(subject: Subject) -> Check:
    """Return a check of a design with a few operands that show what it does.

    Each interesting operand comes beside the next one, then there are random ones.
    """
    match subject:
        case CellInstance():
            return _cell_scene(subject)
        case SavedCircuit():
            check = saved_check(subject, Selected(random_cases=_FILE_STEPS))
            count = len(check.cases.indices)
            return few_cases(check, np.linspace(0, count - 1, min(_FILE_STEPS, count)).astype(int))
        case Instance(shape=VectorShape(length=length)):
            codes = _interesting_codes(subject.circuit.format)
            place = np.arange(len(codes))[:, None] + np.arange(length)
            rng = np.random.default_rng(_SEED)
            drawn = rng.integers(0, 1 << subject.circuit.format.width, (2, _FEW_STEPS, length))
            shown = np.array(codes)[np.stack([place, place + 1]) % len(codes)]
            return dot_check(
                dot_design(subject, Selected()), np.concatenate([shown, drawn], axis=1)
            )
        case Instance(shape=None):
            return _scalar_scene(subject)
    return vector_check(subject, Selected(random_cases=_FEW_STEPS))


def few_cases(check: Check, places: Codes) -> Check:
    """Return a check with some of the selected cases; membranes are discharged with the first."""
    cases = check.cases.pick(places)
    if "discharge" in cases.operands:
        first = (np.arange(len(places)) == 0).astype(np.int64)
        cases = Cases(operands={**cases.operands, "discharge": first}, expected=cases.expected)
    return Check(dut=check.dut, cases=cases)


def _scalar_scene(instance: Instance) -> Check:
    design = scalar_design(instance)
    operation = find_operation(golden_operation(instance))
    widths = operation.widths(instance.circuit.format)
    codes = np.array(_interesting_codes(instance.circuit.format))
    shown = np.stack(
        [np.roll(codes, -shift) & (1 << width) - 1 for shift, width in enumerate(widths)]
    )
    count = _FEW_STEPS if instance.hardware.style.has_handshake else _RANDOM_STEPS
    rng = np.random.default_rng(_SEED)
    drawn = [rng.integers(0, 1 << width, count) for width in widths]
    rows = np.concatenate([shown, np.stack(drawn)], axis=1).T
    (check,) = scalar_checks([design], rows)
    if not design.ways.widths:
        return check
    # Every mode or random number comes with each operand: of these, one, another one each time.
    every = len(check.cases.indices) // len(rows)
    places = np.arange(len(rows))
    return few_cases(check, places * every + places % every)


def _cell_scene(cell: CellInstance) -> Check:
    parameters = cell.parameters
    if isinstance(parameters, CellParameters):
        clocks = _neuron_clocks(len(parameters.weights))
        (check,) = cell_checks([cell_design(cell, Selected())], clocks=clocks)
        return check
    design = codec_design(cell, parameters, Selected())
    if cell.design == "encoder":
        return encoder_check(design, parameters.overflow, numbers=_numbers(parameters))
    source = random.Random(_SEED)
    codes = _interesting_codes(parameters.fmt)
    codes += [source.randrange(1 << parameters.fmt.width) for _ in range(_FEW_STEPS)]
    return decoder_check(design, np.array(codes))


def _interesting_codes(fmt: Format) -> list[int]:
    """Return codes that show what a format has: normal, subnormal, largest, special."""
    one = fmt.bias << fmt.mantissa_bits
    codes = [one, one | 1 << max(fmt.mantissa_bits - 1, 0), 1, fmt.max_code, one | fmt.sign_mask, 0]
    codes += [code for code in (fmt.infinity_code, fmt.nan_code) if code is not None]
    return list(dict.fromkeys(codes))


def _neuron_clocks(fan_in: int) -> list[Clock]:
    """Return random spikes, with a discharge in the middle."""
    source = random.Random(_SEED)
    return [
        Clock(
            rst=False,
            enable=True,
            discharge=step == _NEURON_STEPS // 2,
            synapses=[[source.randrange(2) for _ in range(fan_in)]],
        )
        for step in range(_NEURON_STEPS)
    ]


def _numbers(parameters: CodecParameters) -> tuple[Codes, Codes]:
    """Return fixed-point numbers: 1, 1.5, the smallest, zero, the largest, and random ones."""
    one = 1 << parameters.fraction_bits
    largest = (1 << parameters.width) - 1
    source = random.Random(_SEED)
    numbers = [one, one + one // 2, 1, 0, largest]
    numbers += [
        source.randrange(1 << source.randrange(1, parameters.width + 1)) for _ in range(_FEW_STEPS)
    ]
    return np.array(numbers) & largest, np.arange(len(numbers)) % 2
