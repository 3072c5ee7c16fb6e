# SPDX-License-Identifier: Apache-2.0
"""Clocked designs on the command line: reading their options, and what verifies each."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.cells import CODECS, codec_verilog
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.rtl.cells.cell import NeuronCell, cell_verilog
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.ports import Port, component_ports
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.cells import CellDesign, cell_checks
from spikefloat.sim.benches.codecs import CodecDesign, decoder_check, encoder_check
from spikefloat.sim.benches.dut import Check, Outcome

__all__ = [
    "ClockedInstance",
    "add_clocked_options",
    "cell_parameters",
    "clocked_instances",
    "refuse_clocked_options",
    "verify_clocked_instances",
]


@dataclass(frozen=True, kw_only=True)
class ClockedInstance:
    """One clocked design with its options."""

    design: str
    module: str
    verilog: str
    ports: tuple[Port, ...]
    parameters: CellParameters | CodecParameters
    neurons: int
    latency: int

    @property
    def labels(self) -> dict[str, str]:
        """What it is, for a row of a table."""
        p = self.parameters
        if not isinstance(p, CodecParameters):
            return {"design": self.design, "format": "-", "overflow": "-"}
        overflow = p.overflow.value if self.design == "encoder" else "-"
        return {"design": self.design, "format": p.fmt.name, "overflow": overflow}


def add_clocked_options(parser: argparse.ArgumentParser) -> None:
    """Add the parameters of the clocked designs."""
    neuron = parser.add_argument_group("only for the design neuron")
    neuron.add_argument(
        "--weights",
        metavar="W,W,...",
        help="weight of each synapse (default: 1,1); for the "
        "design linear, a file: .npy, .npz, .onnx, .safetensors, .pt or .pth (default: weights are "
        "operands)",
    )
    neuron.add_argument(
        "--until",
        metavar="NAME",
        help="for the design linear with an .onnx file: node, or tensor that a node makes, before "
        "which the network ends (default: at its output)",
    )
    neuron.add_argument("--threshold", metavar="T", help="firing threshold (default: 1.5)")
    neuron.add_argument(
        "--reset", metavar="R", help="soft (keeps the residue) or hard (default: soft)"
    )
    neuron.add_argument("--bias", metavar="B", help="added in each step (default: 0)")
    neuron.add_argument(
        "--membrane-width",
        metavar="N",
        help="bits of the membrane register "
        "(default: enough never to saturate, if the leak permits)",
    )
    both = parser.add_argument_group("only for the designs neuron, encoder and decoder")
    both.add_argument(
        "--fraction-bits",
        metavar="M",
        help="bits of membrane or number below the "
        "point (default: as many as threshold and leak need; 10)",
    )
    codec = parser.add_argument_group("only for the designs encoder and decoder")
    codec.add_argument(
        "--integer-bits", metavar="N", help="bits of the number above the point (default: 10)"
    )


#: Options that say what a circuit is in hardware.
_OF_CIRCUITS = ("style", "stages", "residue", "delays", "stream", "backend")


def refuse_clocked_options(args: argparse.Namespace) -> None:
    """Refuse the options that the design does not have.

    Raises
    ------
    ValueError
        If one was given.
    """
    # Circuits have a leak of their own, in the spiking style; linear layers have weights.
    own = (
        entries(Cell)[args.design].options
        if args.design in entries(Cell)
        else (("leak", "weights") if args.design == "linear" else ("leak",))
    )
    owners: dict[str, list[str]] = {}
    for record in entries(Cell).values():
        for name in record.options:
            owners.setdefault(name, []).append(record.name)
    for name, designs in owners.items():
        if name not in own and getattr(args, name, None) is not None:
            words = (
                f"design {designs[0]}"
                if len(designs) == 1
                else (f"designs {', '.join(designs[:-1])} and {designs[-1]}")
            )
            raise InputError(
                f"Option --{name.replace('_', '-')} must be used with the {words}, "
                f"not {args.design!r}"
            )


def clocked_instances(args: argparse.Namespace) -> list[ClockedInstance]:
    """Return the clocked designs that the options select; for ``all``, one of each.

    They have no style, so that of all designs they are left out where one is asked for, and this is
    said on the error stream.

    Raises
    ------
    ValueError
        If an option cannot be read or is out of range, or one of them is not theirs.
    """
    refuse_clocked_options(args)
    styled = [f"--{name}" for name in _OF_CIRCUITS if getattr(args, name, None)]
    if styled and args.design in entries(Cell):
        raise InputError(f"Option {styled[0]} must be used with a circuit, not {args.design!r}")
    if styled and args.design == "all":
        print(
            f"spikefloat: left out: {', '.join(entries(Cell))}, as {styled[0]} is for circuits",
            file=sys.stderr,
        )
        return []
    names = list(entries(Cell)) if args.design == "all" else [args.design]
    return [
        instance
        for name in names
        if name in entries(Cell)
        for instance in _MAKERS[name](name, args)
    ]


def cell_parameters(args: argparse.Namespace) -> CellParameters:
    """Return the parameters of the neuron that the options give.

    Raises
    ------
    ValueError
        If an option cannot be read or is out of range.
    """
    return CellParameters(
        weights=_weights(args.weights or "1,1"),
        threshold=_number("Threshold", args.threshold or "1.5"),
        leak=_number("Leak", args.leak or "1"),
        reset=args.reset or "soft",
        bias=_integer("Bias", args.bias or "0"),
        fraction_bits=_optional("Fraction bits", args.fraction_bits),
        membrane_width=_optional("Membrane width", args.membrane_width),
    )


def _neurons(name: str, args: argparse.Namespace) -> list[ClockedInstance]:
    parameters = cell_parameters(args)
    module, text = cell_verilog(parameters)
    return [
        ClockedInstance(
            design=name,
            module=module,
            verilog=text,
            ports=component_ports(NeuronCell.members(parameters)),
            parameters=parameters,
            neurons=1,
            latency=1,
        )
    ]


def _codecs(name: str, args: argparse.Namespace) -> list[ClockedInstance]:
    known = entries(Cell)[name].formats
    chosen = args.format or "e4m3fn"
    formats = list(known) if chosen == "all" else chosen.split(",")
    if args.design == "all":
        formats = [fmt for fmt in formats if find_format(fmt).name in known]
    instances = []
    for text in formats:
        fmt = find_format(text)
        if fmt.name not in known:
            raise InputError(f"Format for {name} must be one of {', '.join(known)}, not {text!r}")
        for policy in _policies(name, fmt.has_nan, args.overflow):
            parameters = CodecParameters(
                fmt=fmt,
                overflow=resolve_overflow(fmt, policy),
                integer_bits=_integer("Integer bits", args.integer_bits or "10"),
                fraction_bits=_integer("Fraction bits", args.fraction_bits or "10"),
            )
            instances.append(
                ClockedInstance(
                    design=name,
                    module=f"{name}_{fmt.name}",
                    parameters=parameters,
                    neurons=1,
                    verilog=codec_verilog(name, parameters),
                    ports=component_ports(CODECS[name].members(parameters)),
                    latency=parameters.encoder_latency
                    if name == "encoder"
                    else parameters.decoder_latency,
                )
            )
    return instances


def _policies(name: str, has_nan: bool, text: str | None) -> list[str | None]:
    if text is None or name == "decoder":
        return [None]
    if text == "all":
        return [policy.value for policy in Overflow if has_nan or policy is Overflow.SATURATE]
    return list(text.split(","))


_MAKERS: Mapping[str, Callable[[str, argparse.Namespace], list[ClockedInstance]]] = {
    "neuron": _neurons,
    "encoder": _codecs,
    "decoder": _codecs,
}


def verify_clocked_instances(
    instances: list[ClockedInstance],
    simulator: str,
    folder: Path,
    random_cases: int,
    progress: Callable[[str], None],
) -> list[dict]:
    """Check clocked designs in one simulator, and return a row for each."""
    cells = [
        CellDesign(
            name=instance.design,
            verilog=instance.verilog,
            module=instance.module,
            parameters=instance.parameters.as_dict(),
        )
        for instance in instances
        if isinstance(instance.parameters, CellParameters)
    ]
    of_cells = iter(cell_checks(cells))
    # Icarus would take hours for every number.
    sample = random_cases if simulator == "icarus" else None
    checks = [
        _codec_check(instance, instance.parameters, sample)
        if isinstance(instance.parameters, CodecParameters)
        else next(of_cells)
        for instance in instances
    ]
    outcomes = verify(checks, simulator, folder, progress=progress)
    return [_row(*pair) for pair in zip(instances, outcomes, strict=True)]


def _codec_check(codec: ClockedInstance, p: CodecParameters, sample: int | None) -> Check:
    design = CodecDesign(
        verilog=codec.verilog,
        module=codec.module,
        latency=codec.latency,
        fmt=p.fmt,
        integer_bits=p.integer_bits,
        fraction_bits=p.fraction_bits,
    )
    if codec.design == "decoder":
        return decoder_check(design)
    return encoder_check(design, p.overflow, sample=sample)


def _row(instance: ClockedInstance, outcome: Outcome) -> dict:
    bits = sum(port.width for port in outcome.dut.inputs)
    if isinstance(instance.parameters, CellParameters):
        pairs = "random spikes"
    else:
        pairs = "all" if outcome.cases == 1 << bits else "sampled"
    return {
        **instance.labels,
        "to": "-",
        "library": "-",
        "hardware": "clocked",
        "pauses": "-",
        "simulator": outcome.simulator,
        "cases": outcome.cases,
        "exact": outcome.cases - outcome.mismatches,
        "mismatches": outcome.mismatches,
        "report": outcome.report,
        "pairs": pairs,
    }


def _weights(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"Weights must be integers separated by commas, not {text!r}") from None


def _number(noun: str, text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{noun} must be a number, not {text!r}") from None


def _integer(noun: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{noun} must be an integer, not {text!r}") from None


def _optional(noun: str, text: str | None) -> int | None:
    return None if text is None else _integer(noun, text)
