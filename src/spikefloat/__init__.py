# SPDX-License-Identifier: Apache-2.0
"""Bit-exact floating-point arithmetic made of spiking neurons, as Verilog.

    >>> import spikefloat as sf
    >>> product = sf.design("multiply", format="e4m3fn", objective="neurons")
    >>> product.stats.neurons
    83
    >>> product.hardware(stages=2)
    <Module multiply_e4m3fn_neurons_p2: in clk[1], in rst[1], in a[8], in b[8], out y[8]; latency 2>

Names are imported when they are asked for, so that ``import spikefloat`` itself takes no time.
``docs/howto/library.md`` has examples of everything.

The folders ``rtl_gen``, ``search``, ``sim`` and ``tb`` of the source tree are installed inside this
package, so that no module of a common name lands in the environment of a user.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikefloat.rtl_gen.checks.circuit import Circuit, Stats
    from spikefloat.rtl_gen.checks.codes import decode, encode
    from spikefloat.rtl_gen.checks.library import DesignCircuit, design, designs
    from spikefloat.rtl_gen.checks.module import Module
    from spikefloat.rtl_gen.errors import UserError
    from spikefloat.rtl_gen.formats import FORMATS, Format, find_format
    from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS, Budget
    from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
    from spikefloat.rtl_gen.neurons.gates import make_gates
    from spikefloat.rtl_gen.neurons.graph import NeuronGraph
    from spikefloat.rtl_gen.neurons.graph_files import load_graph

__all__ = [
    "BUDGETS",
    "CHIPS",
    "FORMATS",
    "Budget",
    "Circuit",
    "DesignCircuit",
    "Format",
    "Module",
    "NeuronGraph",
    "NeuronGraphBuilder",
    "Stats",
    "UserError",
    "decode",
    "design",
    "designs",
    "encode",
    "find_format",
    "load_graph",
    "make_gates",
]

_MODULES = {
    "checks.circuit": ("Circuit", "Stats"),
    "checks.codes": ("decode", "encode"),
    "checks.library": ("DesignCircuit", "design", "designs"),
    "checks.module": ("Module",),
    "errors": ("UserError",),
    "formats": ("FORMATS", "Format", "find_format"),
    "neurons.budgets": ("BUDGETS", "CHIPS", "Budget"),
    "neurons.builder": ("NeuronGraphBuilder",),
    "neurons.gates": ("make_gates",),
    "neurons.graph": ("NeuronGraph",),
    "neurons.graph_files": ("load_graph",),
}
_SOURCES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"spikefloat.rtl_gen.{_SOURCES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
