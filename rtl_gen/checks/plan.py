# SPDX-License-Identifier: Apache-2.0
"""Which bench checks which instance of a design, and with which cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.arrays import array_bench, array_vectors
from spikefloat.rtl_gen.checks.graphs import contract_of
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.synthesis.gate_level import gate_level_verilog
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target
from spikefloat.sim.benches.arrays import array_check
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Check, Contract, Outcome
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from spikefloat.sim.benches.sums import DotDesign, LayerDesign, dot_check, layer_check
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.cases.exhaustive import PAIRS
from spikefloat.sim.cases.sampled import SEED, USUAL_CASES
from spikefloat.sim.cases.vectors import lattice_cases, layer_cases, vector_cases
from spikefloat.sim.golden.operations import find_operation, require_cases, wide_cases

__all__ = [
    "Checked",
    "Selected",
    "check",
    "checked_source",
    "layer_design",
    "scalar_design",
]


@dataclass(frozen=True, kw_only=True)
class Selected:
    """Which cases are tried."""

    #: "all" cases, or a sample where they are too many; "published" or "sampled" ones; "lattice"
    #: for dot products of two terms.
    pairs: str = "all"
    random_cases: int = 100_000  #: Number of random ones in a sample.


class Checked(NamedTuple):
    """What came of one instance in one simulator, of streams with one kind of pauses."""

    instance: Instance
    pairs: str  #: "all", "published", "lattice" or "sampled".
    outcome: Outcome


class _Batch(NamedTuple):
    """Checks that are run together."""

    name: str  #: Of a folder.
    pairs: str
    indices: list[int]  #: Which of the instances they are of.
    checks: list[Check]
    is_quick: bool = False  #: Whether the build counts more than the simulation.


def check(
    instances: Sequence[Instance],
    simulators: Sequence[str],
    folder: Path,
    selected: Selected,
    *,
    gate_level: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Checked]:
    """Simulate instances of designs and compare every result with the golden model.

    Parameters
    ----------
    instances : sequence of Instance
        What to check; those with the same operands are built together.
    simulators : sequence of str
        "icarus", "verilator".
    folder : Path
        For all that is written.
    selected : Selected
        Which cases are tried.
    gate_level : str, optional
        Target whose netlist is checked instead of the Verilog.
    progress : callable, optional
        Called with a few words at the start of each step.

    Returns
    -------
    list of Checked
        For each simulator and instance one, or one for each of the pauses of a stream.

    Raises
    ------
    BenchError
        If a build fails, or a bench does not run to its end.
    InputError
        If there is no bench for an instance.
    """
    batches = _batches(instances, selected, gate_level)
    checked = []
    for simulator in simulators:
        by_index: dict[int, list[Checked]] = {}
        for batch in batches:
            outcomes = verify(
                batch.checks,
                simulator,
                folder / batch.name,
                progress=progress,
                is_quick=batch.is_quick,
            )
            by_dut = {
                id(check.dut): index
                for check, index in zip(batch.checks, batch.indices, strict=True)
            }
            for outcome in outcomes:
                index = by_dut[id(outcome.dut)]
                own = by_index.setdefault(index, [])
                own.append(Checked(instances[index], batch.pairs, outcome))
        checked += [row for index in range(len(instances)) for row in by_index[index]]
    return checked


def _batches(
    instances: Sequence[Instance], selected: Selected, gate_level: str | None
) -> list[_Batch]:
    """Return the checks of all instances; large designs are built one by one."""
    batches = []
    scalars: dict[tuple[str, str], list[int]] = {}
    for index, instance in enumerate(instances):
        if instance.design.is_vector:
            is_lattice = selected.pairs == "lattice"
            batches.append(
                _Batch(
                    name=instance.name,
                    pairs="lattice" if is_lattice else "sampled",
                    indices=[index],
                    checks=[_vector_check(instance, selected, gate_level)],
                    is_quick=instance.design.is_layer and not instance.is_array,
                )
            )
        else:
            scalars.setdefault(_scalar_group(instance, selected), []).append(index)
    for (pairs, name), indices in scalars.items():
        designs = [scalar_design(instances[index], gate_level) for index in indices]
        operands = pairs if pairs in PAIRS else _sample(instances[indices[0]], selected)
        batches.append(_Batch(name, pairs, indices, scalar_checks(designs, operands)))
    return batches


def _scalar_group(instance: Instance, selected: Selected) -> tuple[str, str]:
    """Return which cases an operation is tried with, and what those of its build have in common."""
    fmt, count = instance.circuit.format, len(instance.design.operands)
    require_cases(instance.design.name, fmt)
    pairs = selected.pairs
    operation = find_operation(instance.design.name)
    if pairs == "all" and not operation.is_exhaustive(fmt):
        pairs = "sampled"
    if pairs in PAIRS:
        return pairs, pairs
    # The step-by-step engine takes so long for an operation that corners are left out.
    is_slow = instance.hardware.style is Style.TEMPORAL
    # Operations with the usual directed cases share a build.
    is_usual = operation.cases is USUAL_CASES.get(count)
    cases = count if is_usual else instance.design.name
    return pairs, f"{fmt.name}_{cases}{'_temporal' * is_slow}"


def _sample(instance: Instance, selected: Selected) -> NDArray[np.int64]:
    count = selected.random_cases
    rows = wide_cases(instance.design.name, instance.circuit.format, count)
    return rows[-count:] if count and instance.hardware.style is Style.TEMPORAL else rows


def checked_source(gate_level: str | None, verilog: str, module: str) -> str:
    """Return what is to be simulated: generated Verilog, or what synthesis makes of it."""
    if gate_level is None:
        return verilog
    return gate_level_verilog(verilog, module, find_target(gate_level))


def _contract(instance: Instance, hardware: Hardware) -> Contract:
    return contract_of(hardware, is_handshake=instance.hardware.style is Style.TEMPORAL)


def scalar_design(instance: Instance, gate_level: str | None = None) -> ScalarDesign:
    """Return an operation on one to three codes as a bench takes it."""
    options = instance.circuit
    hardware = design_hardware(instance)
    return ScalarDesign(
        name=hardware.module,
        verilog=checked_source(gate_level, hardware.verilog, hardware.module),
        module=hardware.module,
        operation=instance.design.name,
        fmt=options.format,
        to=options.to,
        overflow=options.overflow,
        contract=_contract(instance, hardware),
        latency=hardware.latency,
        discharge="first" if hardware.has_discharge else None,
        ways=_ways(instance),
    )


def _ways(instance: Instance) -> Ways:
    rounding = instance.circuit.rounding
    return Ways(
        mode=rounding.mode,
        random_bits=rounding.random_bits,
        has_flags=rounding.flags is not Flags.NONE,
        is_tiny_before=rounding.flags is Flags.BEFORE,
    )


def _vector_check(instance: Instance, selected: Selected, gate_level: str | None) -> Check:
    """Return the check of a dot product or a layer."""
    options = instance.circuit
    hardware = design_hardware(instance)
    verilog = checked_source(gate_level, hardware.verilog, hardware.module)
    if instance.is_array:
        array = array_bench(instance, verilog)
        return array_check(array, array_vectors(array, selected.random_cases))
    if instance.design.is_layer:
        if hardware.is_clocked or hardware.is_stream:
            raise InputError(
                f"Layer must be combinational to be verified, not {hardware.module!r}; "
                "leave out --style, --stages and --stream"
            )
        layer = instance.layer
        outputs = None if layer.layers else layer.outputs
        cases = layer_cases(options.format, layer.inputs, selected.random_cases, SEED, outputs)
        return layer_check(layer_design(instance, hardware.module, verilog), cases)
    shape = instance.vector
    design = DotDesign(
        verilog=verilog,
        module=hardware.module,
        fmt=options.format,
        to=options.result_format,
        length=shape.length,
        accumulate=shape.accumulate,
        overflow=options.overflow,
        wide=shape.wide,
        contract=_contract(instance, hardware),
        latency=hardware.latency,
        has_discharge=hardware.has_discharge,
        ways=_ways(instance),
    )
    if selected.pairs == "lattice":
        return dot_check(design, lattice_cases(options.format))
    return dot_check(
        design, vector_cases(options.format, shape.length, selected.random_cases, SEED)
    )


def layer_design(instance: Instance, module: str, verilog: str) -> LayerDesign:
    """Return linear layers as a bench takes them."""
    options, layer = instance.circuit, instance.layer
    return LayerDesign(
        verilog=verilog,
        module=module,
        fmt=options.format,
        to=options.result_format,
        accumulate=layer.accumulate,
        activations=layer.activations,
        overflow=options.overflow,
        wide=layer.wide,
        layers=tuple((one.weight_codes, one.bias_codes) for one in layer.layers) or None,
    )
