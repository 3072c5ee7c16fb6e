# SPDX-License-Identifier: Apache-2.0
"""The claim "made only of neurons", checked on the Verilog itself."""

import re
from collections.abc import Callable, Iterator

from spikefloat.rtl_gen.rtl.text.kinds import kind_module, parse_kind_name

__all__ = ["logic_outside_neurons"]

_NET = r"\w+(?:\[\d+(?::\d+)?\])?"
_NETS = rf"(?:{_NET}|\{{{_NET}(?:, {_NET})*\}})"
_RANGE = r"(?:\[\d+:\d+\] )?"
_PINS = rf"\.\w+\({_NETS}\)"
_VALUES = r"#\(\.\w+\(\d+\)(?:, \.\w+\(\d+\))*\) "
#: All that a module other than a neuron may hold: ports, wires, joined wires and instances, and
#: registers, which keep what they are given.
_ALLOWED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"module \w+ \((?:(?:input wire|output wire|output reg) {_RANGE}\w+(?:, )?)*\)",
        rf"(?:wire|reg) {_RANGE}\w+(?:, \w+)*",
        rf"assign {_NETS} = (?:{_NETS}|1'b[01])",
        rf"\w+ (?:{_VALUES})?\w+ \((?:{_PINS}(?:, {_PINS})*)?\)",
    )
)

_REGISTERS = re.compile(
    rf"always @\(posedge clk\) (?:if \(enable_\d+\) )?begin(?: {_NETS} <= {_NETS};)+ end\b"
)

#: A module, and before it what it is to synthesis, at most.
_MODULE = re.compile(
    r'^(?:\(\* keep_hierarchy = "yes" \*\)\n)?(module (\w+) .*?^endmodule\n)',
    re.DOTALL | re.MULTILINE,
)


def logic_outside_neurons(
    verilog: str,
    *,
    neuron: Callable[[str, tuple[int, ...], int], str] = kind_module,
    delay: Callable[[str], str] | None = None,
) -> list[str]:
    """List what computes and is not a neuron.

    A module whose name gives weights and a threshold must be exactly that neuron. Any other module
    may hold nothing but wires, instances and registers.

    Parameters
    ----------
    verilog : str
        Text made by :func:`~spikefloat.rtl_gen.rtl.styles.spatial.spatial_verilog`,
        :func:`~spikefloat.rtl_gen.rtl.styles.pipelined.pipeline_verilog` or, with the next two
        arguments, :func:`~spikefloat.rtl_gen.rtl.styles.spiking.spiking_verilog`.
    neuron : callable
        Returns the text that a neuron must have, for its name, weights and threshold.
    delay : callable, optional
        Returns the text that a delay line must have, for its name.

    Returns
    -------
    list of str
        Module and statement, for each that breaks the rule; empty if the claim holds.
    """
    found = []
    for match in _MODULE.finditer(verilog):
        text, name = match[1], match[2]
        kind = parse_kind_name(name)
        if kind is not None:
            if not neuron(name, *kind).endswith(f"\n{text}"):
                found.append(f"{name}: is not the neuron of its name")
            continue
        if delay is not None and delay(name).endswith(f"\n{text}"):
            continue
        for statement in _statements(text.removesuffix("endmodule\n")):
            if not any(pattern.fullmatch(statement) for pattern in _ALLOWED):
                found.append(f"{name}: {statement}")
    for statement in _statements(_MODULE.sub("", verilog)):
        if statement not in ("`default_nettype none `default_nettype wire", ""):
            found.append(f"outside modules: {statement}")
    return found


def _statements(text: str) -> Iterator[str]:
    """Yield statements without comments, each with single spaces."""
    text = " ".join(re.sub(r"//[^\n]*", "", text).split())
    text = text.replace("( ", "(").replace(" )", ")").replace("{ ", "{")
    for statement in _REGISTERS.sub("", text).split(";"):
        if plain := statement.strip():
            yield plain
