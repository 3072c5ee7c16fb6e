# SPDX-License-Identifier: Apache-2.0
"""Any circuit of neurons with all that can be done with it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.checks.module import Module, Plan
from spikefloat.rtl_gen.checks.noise import sweep_target, tolerance_of
from spikefloat.rtl_gen.checks.verifying.graphs import graph_check
from spikefloat.rtl_gen.designs.hardware import graph_hardware
from spikefloat.rtl_gen.designs.options import HardwareOptions, make_hardware_options
from spikefloat.rtl_gen.files import write_file
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import Metrics, measure, neurons_by_scope
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Outcome
from spikefloat.sim.campaigns.target import Target, graph_target
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.graphs.network import Network

__all__ = ["Circuit", "Stats"]

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Stats(Metrics):
    """What a circuit costs, and where its neurons are."""

    scopes: Mapping[str, int]  #: Neurons of each outermost scope.


class Circuit:
    """A circuit of neurons: one's own, or one from a file.

    Parameters
    ----------
    graph : NeuronGraph
        The neurons, as :class:`~spikefloat.rtl_gen.neurons.builder.NeuronGraphBuilder` makes them.
    reference : callable, optional
        What the circuit must compute: called with the codes of each input, in the order of the
        ports; returns those of the output, or those of several outputs by name. Without it, the
        circuit is compared with itself, exactly simulated.

    Examples
    --------
    >>> import spikefloat as sf
    >>> gates = sf.make_gates("majority")
    >>> a, b, c = (gates.builder.input(name, 1)[0] for name in "abc")
    >>> gates.builder.output("y", [gates.builder.neuron([(a, 1), (b, 1), (c, 1)], 2)])
    >>> majority = sf.Circuit(gates.builder.build(), reference=lambda a, b, c: a + b + c >= 2)
    >>> majority
    <Circuit majority: a[1], b[1], c[1] -> y[1], 1 neurons, depth 1>
    >>> majority.simulate(a=[0, 1, 1], b=[1, 1, 0], c=[0, 0, 1])
    array([0, 1, 1])
    """

    def __init__(self, graph: NeuronGraph, reference: Callable[..., Any] | None = None) -> None:
        self._graph = graph
        self._reference = reference

    @property
    def graph(self) -> NeuronGraph:
        """The neurons."""
        return self._graph

    @property
    def name(self) -> str:
        """Name of the circuit."""
        return self.graph.name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.graph}>"

    @cached_property
    def stats(self) -> Stats:
        """Neurons, depth, synapses, weights and margins, and the neurons of each part."""
        return Stats(**vars(measure(self.graph)), scopes=neurons_by_scope(self.graph))

    def simulate(self, **codes: ArrayLike) -> Any:
        """Return what the neurons give, exactly, for codes at the inputs.

        Parameters
        ----------
        **codes : array_like of int
            Codes of each input, all of the same shape. A port of more than 64 bits has one more
            axis, with its bits or codes, the least significant first.

        Returns
        -------
        numpy.ndarray or dict
            Codes of the output, or of each output by name if there are several.

        Raises
        ------
        InputError
            If an input is missing, or a code does not fit it.
        """
        results = {
            name: self._result_codes(name, found)
            for name, found in Network(self.graph).run(self._port_codes(codes)).items()
        }
        return results.popitem()[1] if len(results) == 1 else results

    def golden(self, **codes: ArrayLike) -> Any:
        """Return what the circuit must give, by its reference; see :meth:`simulate`."""
        if self._reference is None:
            return self.simulate(**codes)
        Network(self.graph).pack(codes)  # the same sentences about wrong codes
        return self._reference(*(np.asarray(codes[port.name]) for port in self.graph.inputs))

    def hardware(
        self,
        style: str = "spatial",
        *,
        stages: int = 0,
        stream: bool = False,
        axi_reset: bool = False,
        residue: str | None = None,
        leak: Any = None,
        delays: str | None = None,
        backend: str | None = None,
        module: str | None = None,
    ) -> Module:
        """Return the circuit as hardware.

        Parameters
        ----------
        style : str
            What a neuron is: ``spatial``, a threshold comparison; or ``spiking``, a clocked cell.
        stages : int
            Register cuts, in the spatial style.
        stream : bool
            Whether operands and results are AXI4-Streams.
        axi_reset : bool
            Whether their clock and reset are called ``aclk`` and ``aresetn``, which is active low.
        residue, leak, delays, backend : optional
            See :func:`~spikefloat.rtl_gen.designs.instance.make_instance`.
        module : str, optional
            Name of the top module; by default that of the circuit.

        Raises
        ------
        InputError
            If the circuit cannot be had so.
        """
        options = make_hardware_options(
            style=style,
            stages=stages,
            is_stream=stream,
            has_axi_reset=axi_reset,
            residue=residue,
            leak=leak,
            delays=delays,
            backend=backend,
        )
        return self._module(options, module)

    def sweep(
        self,
        *,
        seed: int = 0,
        precision: float = 0.005,
        max_trials: int = 1 << 20,
        order: str = "random",
        workers: int = 1,
        store: str | os.PathLike[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
        **knobs: Any,
    ) -> list[dict[str, Any]]:
        """Return how often the circuit is right on devices that are not ideal.

        Parameters
        ----------
        seed : int
            Of all that is random.
        precision : float
            Half-width of the 95 % confidence interval at which to stop.
        max_trials : int
            Trials at which to stop in any case.
        order : str
            How operands follow each other in the spiking style: ``random`` or ``provoking``.
        workers : int
            How many processes to use.
        store : path, optional
            SQLite file that keeps results; what is there is not run again.
        progress : callable, optional
            Called with the number of finished points and of all.
        **knobs
            Fields of :class:`~spikefloat.sim.devices.physics.Physics`, such as ``synapse_noise``,
            each with a value or several. Several make a grid.

        Returns
        -------
        list of dict
            For each point the knobs, and what :func:`~spikefloat.sim.campaigns.campaign.run_cell`
            returns, such as ``exact_rate`` with ``ci_low`` and ``ci_high``.

        Raises
        ------
        InputError
            If a knob is unknown or out of range.
        """
        return sweep_target(
            self.target,
            seed=seed,
            precision=precision,
            max_trials=max_trials,
            order=order,
            workers=workers,
            store=store,
            progress=progress,
            knobs=knobs,
        )

    def tolerance(
        self,
        knob: str = "synapse_noise",
        *,
        exact_rate: float = 0.999,
        resolution: float = 0.001,
        trials: int = 1 << 18,
        seed: int = 0,
        **knobs: Any,
    ) -> dict[str, Any]:
        """Return the largest value of a knob at which results are as often exact as demanded.

        Parameters and result are those of
        :func:`~spikefloat.sim.campaigns.tolerance.find_tolerance`; the other knobs have one value.
        """
        return tolerance_of(
            self.target,
            knob,
            exact_rate=exact_rate,
            resolution=resolution,
            trials=trials,
            seed=seed,
            knobs=knobs,
        )

    def export_nir(self, path: str | os.PathLike[str]) -> Path:
        """Write the circuit as a NIR network, for other simulators, and return the path.

        Raises
        ------
        ToolError
            If the package ``nir`` is not installed.
        InputError
            If the circuit has no neuron, or the file cannot be written.
        """
        return write_file(path, export(self.graph).to_bytes())

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the neurons to a file, and return the path.

        :func:`~spikefloat.rtl_gen.neurons.graph_files.load_graph` reads it, and so does every
        command that takes a design.
        """
        return self.graph.save(path)

    @property
    def target(self) -> Target:
        """The circuit as campaigns run it."""
        return graph_target(self.graph, self._reference)

    def _module(self, options: HardwareOptions, module: str | None) -> Module:
        hardware = graph_hardware(self.graph, options, module=module)

        def run(plan: Plan) -> list[Outcome]:
            verilog, name = plan.selected.source(hardware.verilog, hardware.module)
            check = graph_check(
                self.graph,
                replace(hardware, verilog=verilog, module=name),
                self.golden,
                count=plan.selected.random_cases,
                seed=plan.selected.seed,
            )
            return verify(
                [check],
                plan.simulator,
                plan.folder,
                progress=plan.progress,
            )

        return Module(hardware, run)

    def _port_codes(self, codes: Mapping[str, ArrayLike]) -> Mapping[str, ArrayLike]:
        """Return the codes of each operand as its port takes them."""
        return codes

    def _result_codes(self, name: str, codes: NDArray[Any]) -> NDArray[Any]:
        """Return the codes of a result from those of its port."""
        return codes if len(self.graph.output(name).nodes) > 62 else codes.astype(np.int64)
