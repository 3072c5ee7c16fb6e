# SPDX-License-Identifier: Apache-2.0
"""The integrate-and-fire cell: one neuron as a clocked circuit with a membrane register."""

from fractions import Fraction
from typing import NamedTuple

from amaranth.hdl import Const, Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters, width_of
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["NeuronCell", "cell_verilog"]

_PORTS = ("clk", "rst", "enable", "discharge", "synapses", "spike", "membrane")


class _Term(NamedTuple):
    """A signal, and the range of the numbers that it can carry."""

    value: Value
    low: int
    high: int


class _Steps:
    """Names each intermediate value, in exactly the width that its range asks for.

    Thus no sum is ever truncated, and each line of the Verilog is one operation on named signals.
    """

    def __init__(self, m: Module) -> None:
        self._m = m

    def name(self, name: str, value: Value, low: int, high: int) -> _Term:
        """Give a value of known range a name."""
        signal = Signal(_shape(low, high), name=name)
        self._m.d.comb += signal.eq(value)
        return _Term(signal, low, high)

    def test(self, name: str, value: Value) -> Value:
        """Give a condition a name."""
        return self.name(name, value, 0, 1).value

    def choose(self, name: str, test: Value, number: int) -> _Term:
        """Name a positive number that is there if ``test`` holds, and otherwise zero."""
        shape = _shape(0, number)
        return self.name(name, Mux(test, Const(number, shape), Const(0, shape)), 0, number)

    def add_up(self, name: str, terms: list[_Term]) -> _Term:
        """Add terms from left to right; the last sum gets the plain name."""
        total = terms[0]
        for index, term in enumerate(terms[1:], start=1):
            low = total.low + term.low
            if low >= 0 > min(total.low, term.low):
                # Without a sign, a constant in the sum would be cut to a width where it looks
                # negative.
                low = -1
            total = self.name(
                name if index == len(terms) - 1 else f"{name}_{index}",
                total.value + term.value,
                low,
                total.high + term.high,
            )
        return total


class NeuronCell(wiring.Component):
    """Integrate-and-fire neuron with a membrane register.

    On each clock where ``enable`` is asserted, the cell takes the step given in
    :class:`CellParameters`: what is left of the membrane potential after leak, plus the weights of
    the asserted ``synapses``, is compared with the threshold. ``spike`` tells the outcome in the
    clock after. Latency is one clock; throughput is one step per clock.

    Parameters
    ----------
    parameters : :class:`CellParameters`
        Weights, threshold, leak, reset and widths.

    Members
    -------
    enable : ``In(1)``
        Asserted to take a step. While it is deasserted, ``spike`` and ``membrane`` are kept.
    discharge : ``In(1)``
        Asserted to return the membrane to rest: at once if there is no step in this clock, else
        before the step, which thus starts from zero.
    synapses : ``In(len(parameters.weights))``
        Presynaptic spikes, one bit per weight.
    spike : ``Out(1)``
        Registered. Asserted after a step in which the cell fired, until the next step.
    membrane : ``Out(signed(parameters.membrane_width))``
        Registered. Potential after the last step, in units of ``2 ** -fraction_bits``.
    """

    def __init__(self, parameters: CellParameters) -> None:
        self._parameters = parameters
        super().__init__(self.members(parameters))

    @staticmethod
    def members(parameters: CellParameters) -> dict[str, wiring.Member]:
        """Return the ports of a component with these parameters, by name."""
        return {
            "enable": In(1),
            "discharge": In(1),
            "synapses": In(len(parameters.weights)),
            "spike": Out(1),
            "membrane": Out(signed(parameters.membrane_width)),
        }

    @property
    def parameters(self) -> CellParameters:
        """Weights, threshold, leak, reset and widths."""
        return self._parameters

    def elaborate(self, platform: object) -> Module:
        """Describe the cell."""
        m = Module()
        p = self._parameters
        steps = _Steps(m)

        # What the membrane keeps if no step is taken.
        rest = Const(0, signed(p.membrane_width))
        held = steps.name("held", Mux(self.discharge, rest, self.membrane), p.low, p.high)

        total = self._total(steps, self._leaked(steps, held))
        fires, remaining = self._decided(steps, total)
        kept = self._saturated(steps, remaining)
        membrane_next = steps.name(
            "membrane_next", Mux(self.enable, kept.value, held.value), p.low, p.high
        )

        m.d.sync += self.membrane.eq(membrane_next.value)
        with m.If(self.enable):
            m.d.sync += self.spike.eq(fires)
        return m

    def _leaked(self, steps: _Steps, held: _Term) -> _Term | None:
        """Return what leak leaves of the potential, or None if that is nothing."""
        leak = self._parameters.leak
        if leak == 0:
            return None
        if leak == 1:
            return held
        share, whole = leak.numerator, leak.denominator
        bits = whole.bit_length() - 1
        product = held
        if share > 1:
            product = steps.name("product", held.value * share, held.low * share, held.high * share)
        # Dropping bits rounds down; a negative number has to be rounded up, toward zero.
        correction = steps.choose("correction", held.value[-1], whole - 1)
        rounded = steps.name(
            "rounded",
            product.value + correction.value,
            product.low + correction.high,
            max(product.high, correction.high - 1),
        )
        return steps.name(
            "leaked",
            rounded.value[bits:].as_signed(),
            rounded.low >> bits,
            rounded.high >> bits,
        )

    def _total(self, steps: _Steps, leaked: _Term | None) -> _Term:
        """Return the potential at which the decision to fire is taken."""
        p = self._parameters
        raising = [] if leaked is None else [leaked]
        if drives := self._drives(steps, 1):
            raising.append(steps.add_up("excitation", drives))
        value: Value = steps.add_up("raised", raising).value if raising else Const(0)
        if drives := self._drives(steps, -1):
            value = value - steps.add_up("inhibition", drives).value
        low, high = (0, 0) if leaked is None else (leaked.low, leaked.high)
        return steps.name("total", value, low + p.least_current, high + p.greatest_current)

    def _drives(self, steps: _Steps, sign: int) -> list[_Term]:
        """Return what each synapse of one sign adds, and the bias if it has this sign."""
        p = self._parameters
        terms = [
            steps.choose(f"drive_{index}", self.synapses[index], abs(weight) * p.unit)
            for index, weight in enumerate(p.weights)
            if weight * sign > 0
        ]
        if p.bias * sign > 0:
            bias = abs(p.bias) * p.unit
            terms.append(_Term(Const(bias, _shape(0, bias)), bias, bias))
        return terms

    def _decided(self, steps: _Steps, total: _Term) -> tuple[Value, _Term]:
        """Return whether the cell fires, and what then remains of the potential."""
        p = self._parameters
        low, high = min(total.low, 0), min(total.high, p.threshold_units - 1)
        if p.reset == "hard":
            fires = steps.test("fires", total.value >= p.threshold_units)
            after: Value = Const(0)
        else:
            surplus = steps.name(
                "surplus",
                total.value - p.threshold_units,
                total.low - p.threshold_units,
                total.high - p.threshold_units,
            )
            # The sign of the difference decides, so there is no comparison besides it.
            fires = steps.test("fires", surplus.value >= 0)
            after = surplus.value
            high = max(high, surplus.high)
        shape = _shape(low, high)
        value = Mux(fires, _fitted(after, shape), _fitted(total.value, shape))
        return fires, steps.name("remaining", value, low, high)

    def _saturated(self, steps: _Steps, term: _Term) -> _Term:
        """Return the potential limited to the rails, by the comparisons that its range needs."""
        p = self._parameters
        shape = signed(p.membrane_width)
        too_low = steps.test("too_low", term.value < p.low) if term.low < p.low else None
        too_high = steps.test("too_high", term.value > p.high) if term.high > p.high else None
        if too_low is not None:
            value = Mux(too_low, Const(p.low, shape), _fitted(term.value, shape))
            term = steps.name("above_low", value, p.low, p.high)
        if too_high is not None:
            value = Mux(too_high, Const(p.high, shape), _fitted(term.value, shape))
            term = steps.name("limited", value, p.low, p.high)
        return term


def cell_verilog(parameters: CellParameters, name: str = "neuron") -> tuple[str, str]:
    """Return a cell as Verilog.

    Parameters
    ----------
    parameters : CellParameters
        The cell.
    name : str
        Name of the module.

    Returns
    -------
    tuple of str
        Name of the top module, and the text.
    """
    return name, component_verilog(
        NeuronCell(parameters),
        name,
        ports_order=_PORTS,
        header=_header(parameters, name),
        notes=_notes(parameters),
    )


def _header(p: CellParameters, name: str) -> list[str]:
    """Return the lines of the comment above the module."""
    low, high = (_decimal(Fraction(rail, p.unit)) for rail in (p.low, p.high))
    leak = "share of the potential that stays, rounded toward zero"
    if p.leak in (0, 1):
        leak = "ideal integrator" if p.leak else "at rest before each step"
    reset = {"soft": "subtract the threshold", "hard": "to zero"}[p.reset]
    weights = ",".join(map(str, p.weights))
    options = [
        f"--weights={weights}" if weights.startswith("-") else f"--weights {weights}",
        *[f"--bias {p.bias}"] * (p.bias != 0),
        f"--threshold {_decimal(p.threshold)} --leak {_decimal(p.leak)} --reset {p.reset}",
        f"--fraction-bits {p.fraction_bits} --membrane-width {p.membrane_width}",
    ]
    return [
        f"{name}: integrate-and-fire neuron, one step per clock, spike one clock later",
        "",
        f"weights    {', '.join(map(str, p.weights))}",
        *[f"bias       {p.bias}"] * (p.bias != 0),
        f"threshold  {_decimal(p.threshold)}",
        f"leak       {_decimal(p.leak)} ({leak})",
        f"reset      {p.reset} ({reset})",
        f"membrane   {p.membrane_width} bits, in units of {_decimal(Fraction(1, p.unit))};"
        f" saturates at {low} and {high}",
        "",
        "SPDX-License-Identifier: Apache-2.0",
        f"Made by: spikefloat verilog neuron {' '.join(options)}",
    ]


def _notes(p: CellParameters) -> dict[str, str]:
    """Return what to say above the lines that define signals."""
    leak = "What leak leaves of it, rounded toward zero."
    first = next((i for i, weight in enumerate(p.weights) if weight > 0), 0)
    return {
        "held": "Potential from the step before; zero after a discharge.",
        "product" if p.leak.numerator > 1 else "correction": leak,
        f"drive_{first}": "What the asserted synapses add, and what they take.",
        "surplus" if p.reset == "soft" else "fires": "The decision, and the potential after it.",
        "too_low": "Saturation at the lower rail.",
        "too_high": "Saturation at the upper rail.",
    }


def _decimal(number: Fraction) -> str:
    """Return a binary fraction in decimal, exactly."""
    places = number.denominator.bit_length() - 1
    digits = f"{abs(number.numerator) * 5**places:0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return "-" * (number < 0) + text


def _fitted(value: Value, shape: Shape) -> Value:
    """Return the low bits of a value as a number of the given shape, whose range it is known in."""
    low = value[: shape.width]
    return low.as_signed() if shape.signed else low


def _shape(low: int, high: int) -> Shape:
    """Return the least shape for a range of numbers."""
    return signed(width_of(low, high)) if low < 0 else unsigned(max(high.bit_length(), 1))
