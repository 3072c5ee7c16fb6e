# SPDX-License-Identifier: Apache-2.0
"""One top module around layers on arrays of lanes, so that one build checks several."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.top import module_names, rename_modules

__all__ = ["ArrayPorts", "array_top"]


@dataclass(frozen=True, kw_only=True)
class ArrayPorts:
    """What the bench has to know of the ports of a design."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module in that text.
    x_bytes: int  #: Bytes of a transfer of inputs.
    y_bytes: int  #: Bytes of a transfer of results.
    has_weights: bool  #: Whether the weights come from a stream.
    has_keep: bool  #: Whether ``tkeep`` comes with the results.

    @property
    def drive_width(self) -> int:
        """Bits that the bench drives; see :func:`array_top`."""
        return 16 + 8 * self.x_bytes

    @property
    def seen_width(self) -> int:
        """Bits that the bench sees; see :func:`array_top`."""
        return 8 + 9 * self.y_bytes


def array_top(designs: Sequence[ArrayPorts], name: str = "bench_top") -> str:
    """Return the text of one file with all designs and a top module.

    The ports of design number 2 are gathered in ``drive_2`` and ``seen_2``, since each signal that
    is read or written costs time. From the lowest bit, ``drive_2`` has ``tready`` of the results,
    ``tvalid`` and ``tlast`` of the inputs, those of the weights, three bits without a meaning, the
    data of the weights and those of the inputs; ``seen_2`` has ``tready`` of the inputs and of the
    weights, ``frame_error``, ``tvalid`` and ``tlast`` of the results, three bits without a meaning,
    ``tkeep`` and the data of the results, which are 0 unless ``tvalid`` is set.

    Raises
    ------
    ValueError
        If there is no design, or the text of one lacks its module.
    """
    if not designs:
        raise InputError("No designs given; at least one is needed")
    texts, ports, body = [], ["input wire clk", "input wire rst"], []
    for index, design in enumerate(designs):
        if design.module not in module_names(design.verilog):
            raise InputError(f"No module named {design.module!r} in the Verilog")
        texts.append(rename_modules(design.verilog, f"d{index}_"))
        ports += [
            f"input wire [{design.drive_width - 1}:0] drive_{index}",
            f"output wire [{design.seen_width - 1}:0] seen_{index}",
        ]
        body += _instance(index, design)
    head = f"module {name} (\n    " + ",\n    ".join(ports) + "\n);"
    return "\n".join([*texts, head, *body, "endmodule", ""])


def _instance(index: int, design: ArrayPorts) -> list[str]:
    drive, y = f"now_{index}", f"y_{index}"
    pins = {
        "clk": "clk",
        "rst": "rst",
        "frame_error": f"seen_{index}[2]",
        "s_axis_x_tdata": f"{drive}[{design.drive_width - 1}:16]",
        "s_axis_x_tvalid": f"{drive}[1]",
        "s_axis_x_tlast": f"{drive}[2]",
        "s_axis_x_tready": f"seen_{index}[0]",
        "m_axis_y_tdata": f"{y}_tdata",
        "m_axis_y_tvalid": f"seen_{index}[3]",
        "m_axis_y_tlast": f"{y}_tlast",
        "m_axis_y_tready": f"{drive}[0]",
    }
    if design.has_weights:
        pins |= {
            "s_axis_w_tdata": f"{drive}[15:8]",
            "s_axis_w_tvalid": f"{drive}[3]",
            "s_axis_w_tlast": f"{drive}[4]",
            "s_axis_w_tready": f"seen_{index}[1]",
        }
    if design.has_keep:
        pins["m_axis_y_tkeep"] = f"{y}_tkeep"
    size = design.y_bytes
    every = "{" + f"{size}{{1'b1}}" + "}"
    valid = f"seen_{index}[3]"
    return [
        # What Python writes after a rising edge must not race with that edge.
        f"    reg [{design.drive_width - 1}:0] {drive} = 0;",
        f"    always @(negedge clk) {drive} <= drive_{index};",
        f"    wire [{8 * size - 1}:0] {y}_tdata;",
        f"    wire [{size - 1}:0] {y}_tkeep;",
        f"    wire {y}_tlast;",
        *([] if design.has_keep else [f"    assign {y}_tkeep = {every};"]),
        *([] if design.has_weights else [f"    assign seen_{index}[1] = 1'b0;"]),
        f"    assign seen_{index}[4] = {valid} & {y}_tlast;",
        f"    assign seen_{index}[7:5] = 3'd0;",
        f"    assign seen_{index}[{8 + size - 1}:8] = {valid} ? {y}_tkeep : {size}'d0;",
        f"    assign seen_{index}[{design.seen_width - 1}:{8 + size}] = "
        f"{valid} ? {y}_tdata : {8 * size}'d0;",
        f"    d{index}_{design.module} d{index} ("
        + ", ".join(f".{port}({net})" for port, net in pins.items())
        + ");",
    ]
