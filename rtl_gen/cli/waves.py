# SPDX-License-Identifier: Apache-2.0
"""``spikefloat waves``: waveforms of a short scene, ready for GTKWave."""

import argparse
import random
import tempfile
from pathlib import Path

from rtl_gen.formats import Format
from rtl_gen.rtl.cell import cell_verilog
from rtl_gen.rtl.verilog import write_files
from sim.runner import BenchError
from sim.waves import MAX_FILTER_WIDTH, filter_text, play, read_signals, save_text

from .clocked import add_clocked_options, cell_parameters, refuse_clocked_options
from .options import (
    Selection,
    add_command,
    add_design_options,
    add_json_option,
    add_output_option,
    selections,
)
from .output import print_json, print_table
from .verilog import design_hardware

__all__ = ["register"]

_SEED = 1
_RANDOM_STEPS = 12
_NEURON_STEPS = 48


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "waves", "simulate a short scene and write its waveforms for GTKWave",
        "spikefloat waves multiply -o waves && cd waves && gtkwave multiply_e4m3fn.gtkw", _run)
    add_design_options(parser)
    add_clocked_options(parser)
    add_output_option(parser)
    add_json_option(parser)


def _interesting_codes(fmt: Format) -> list[int]:
    """Return codes that show what a format has: normal, subnormal, largest, special."""
    one = fmt.bias << fmt.mantissa_bits
    codes = [one, one | 1 << max(fmt.mantissa_bits - 1, 0), 1, fmt.max_code, one | fmt.sign_mask, 0]
    codes += [code for code in (fmt.infinity_code, fmt.nan_code) if code is not None]
    return list(dict.fromkeys(codes))


def _circuit_steps(selection: Selection) -> list[dict[str, int]]:
    """Return each interesting operand with the next one, then random operands."""
    design, options = selection
    codes = _interesting_codes(options.format)
    steps = [
        {name: codes[(i + shift) % len(codes)] for shift, name in enumerate(design.operands)}
        for i in range(len(codes))]
    source = random.Random(_SEED)
    steps += [
        {name: source.randrange(1 << options.format.width) for name in design.operands}
        for _ in range(_RANDOM_STEPS)]
    return steps


def _neuron_steps(fan_in: int) -> list[dict[str, int]]:
    """Return random spikes, with a discharge in the middle."""
    source = random.Random(_SEED)
    return [
        {"enable": 1, "discharge": int(step == _NEURON_STEPS // 2),
         "synapses": source.randrange(1 << fan_in)}
        for step in range(_NEURON_STEPS)]


def _run(args: argparse.Namespace) -> int:
    formats: dict[str, Format] = {}
    clocked, drain = False, 0
    if args.design == "neuron":
        parameters = cell_parameters(args)
        module, verilog = cell_verilog(parameters)
        clocked, steps = True, _neuron_steps(len(parameters.weights))
    else:
        refuse_clocked_options(args)
        chosen = selections(args)
        if len(chosen) != 1:
            raise ValueError(f"Waves must be of one design and format, not {len(chosen)}")
        design, options = chosen[0]
        if options.is_stream:
            raise ValueError(f"Waves of {design.name} must be without streams, not with them")
        hardware, steps = design_hardware(chosen[0]), _circuit_steps(chosen[0])
        module, verilog = hardware.module, hardware.verilog
        clocked, drain = hardware.is_clocked, hardware.latency
        if hardware.has_discharge:
            steps = [{**step, "discharge": int(step is steps[0])} for step in steps]
        formats = dict.fromkeys(design.operands, options.format)
        if not design.is_predicate:
            formats[design.result] = getattr(options, "to", None) or options.format
    with tempfile.TemporaryDirectory(prefix="spikefloat-") as folder:
        try:
            waves = play(verilog, module, steps, Path(folder), clocked=clocked, drain=drain)
        except BenchError as error:
            print(f"spikefloat: {error}")
            return 1
    filters = {fmt.name: f"{fmt.name}.txt" for fmt in formats.values()
               if fmt.width <= MAX_FILTER_WIDTH}
    files = {f"{module}.vcd": waves.decode(),
             f"{module}.gtkw": save_text(
                 read_signals(waves), f"{module}.vcd", module, formats, filters)}
    files |= {filters[fmt.name]: filter_text(fmt) for fmt in formats.values()
              if fmt.name in filters}
    paths = write_files(args.output, files)
    if args.json:
        print_json({"module": module, "steps": len(steps), "files": [str(p) for p in paths]})
    else:
        print_table("Waveforms", ("file",), [(path,) for path in paths])
        print(f"look at them with: cd {args.output} && gtkwave {module}.gtkw")
    return 0
