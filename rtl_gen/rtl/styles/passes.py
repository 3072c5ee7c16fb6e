# SPDX-License-Identifier: Apache-2.0
"""An operation that goes over a vector more than once: one element in each clock, and a memory.

Each pass has a neuron graph, which is used for every element; registers keep what it gives. Memory,
counters and the order of the passes are plain registers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits
from spikefloat.rtl_gen.rtl.styles.pass_unit import PassUnit
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.styles.vector_unit import unit_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import cut

__all__ = ["PassSteps"]


@dataclass(frozen=True, kw_only=True)
class PassSteps(PassCircuits):
    """The circuits of an operation that goes over a vector more than once, as hardware."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What a reader of the Verilog is told: sizes, streams and latency."""
        sizes = [f"{len(graph.neurons)} {name}" for name, graph in self.named.items()]
        many = "exactly" if self.is_exact else "at most"
        again = [f"{self.most} to go over the elements again"] if self.scan else []
        again += [f"{self.digits * (1 + self.cuts_of('step'))} for digits"] if self.digits else []
        begun = f", {' and '.join(again)} among them" if again else ""
        with_results = (
            [f"{' and '.join(self.others)}: an element is taken with each result"]
            if self.others
            else []
        )
        wrong = " or fewer" if self.is_exact else ""
        others = ", or tlast of another operand was elsewhere" if self.others else ""
        return (
            f"neurons: {', '.join(sizes)}",
            f"memory: {self.most} words of {self.stored_width} bits",
            f"streams: an element in each transfer, tlast with the last of a vector, which has "
            f"{many} {self.most}; each code in whole bytes",
            *with_results,
            f"clocks: an element in each, then a result in each; "
            f"from the last element to the first result {self.latency}{begun}",
            f"clocks from one vector to the next: {self.interval}; it comes in while results go out",
            "rst: active high; forgets what is under way",
            f"frame_error: whether since reset a vector had more than {self.most} elements{wrong}"
            f"{others}",
        )

    def verilog(self, module: str, header: Iterable[str]) -> tuple[str, tuple[Port, ...]]:
        """Return the Verilog of the whole unit, and its ports.

        Parameters
        ----------
        module : str
            Name of the top module.
        header : iterable of str
            Lines for the comment at the top.
        """
        text, ports = unit_verilog(PassUnit(self, module), module, [*header, *self.lines])
        return "\n".join((text, *self.circuits_verilog(module))), ports

    def circuits_verilog(self, module: str) -> Iterator[str]:
        """Yield the Verilog of each circuit.

        Parameters
        ----------
        module : str
            What the names of their modules begin with.

        Raises
        ------
        InputError
            If there are more cuts than make a circuit faster.
        """
        for name, graph in self.named.items():
            pipeline = cut(graph, self.cuts_of(name)) if self.cuts_of(name) else None
            own = f"{module}_{name}"
            yield (
                pipeline_verilog(pipeline, module=own, has_enables=True)
                if pipeline
                else spatial_verilog(graph, module=own)
            )
