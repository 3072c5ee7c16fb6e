# SPDX-License-Identifier: Apache-2.0
"""One instance of a design: which circuit, of what shape, as which hardware."""

from dataclasses import dataclass, replace
from fractions import Fraction

from spikefloat.rtl_gen.designs.build import build, operand_widths, port_codes
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.names import circuit_name, hardware_suffix
from spikefloat.rtl_gen.designs.options import (
    CircuitOptions,
    HardwareOptions,
    Objective,
    Style,
    make_hardware_options,
)
from spikefloat.rtl_gen.designs.resolve import (
    DEFAULT_BUDGET,
    DEFAULT_FORMAT,
    make_circuit_options,
    make_shape,
    resolve_formats,
    resolve_nan_of,
    resolve_second,
    with_blocks,
)
from spikefloat.rtl_gen.designs.rounding import RoundingOptions, make_rounding_options
from spikefloat.rtl_gen.designs.shapes import (
    BlockLayerShape,
    BlockShape,
    ElementsShape,
    LayerShape,
    PortCodes,
    PortShape,
    Shape,
    VectorShape,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, NanPolicy, Overflow
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["DEFAULT_BUDGET", "DEFAULT_FORMAT", "Instance", "make_instance"]


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One instance of a design. Made by :func:`make_instance`."""

    design: Design
    circuit: CircuitOptions
    shape: Shape | None = None  #: Of its vectors or layers, for a design on them.
    hardware: HardwareOptions = HardwareOptions()

    @property
    def name(self) -> str:
        """Name of the Verilog module and its file.

        That is ``multiply_e4m3fn``, or ``convert_e4m3fn_to_bfloat16``; with a word for each option
        that is not the usual one, as ``multiply_e4m3fn_saturate_p2_stream``.
        """
        circuit = self.circuit
        if self.hardware.style is Style.TEMPORAL:  # It is not made of gates.
            circuit = CircuitOptions(
                format=circuit.format, to=circuit.to, overflow=circuit.overflow
            )
        return circuit_name(self.design, circuit, self.shape) + hardware_suffix(self.hardware)

    @property
    def graph(self) -> NeuronGraph:
        """The neurons; the same graph for every instance with this circuit and shape.

        Raises
        ------
        InputError
            If a layer is spread over lanes, and so is no single graph, or it would be too large.
        """
        return build(self.design, self.circuit, self.shape)

    @property
    def operand_widths(self) -> dict[str, int]:
        """Width of each operand in bits, by name; weights may be part of the circuit."""
        return operand_widths(self.design, self.circuit, self.shape)

    @property
    def vector(self) -> VectorShape:
        """Shape of the operands of a dot product.

        Raises
        ------
        InputError
            If the design has another shape.
        """
        if not isinstance(self.shape, VectorShape):
            raise InputError(f"Design must be a dot product, not {self.design.name!r}")
        return self.shape

    @property
    def layer(self) -> LayerShape:
        """Shape and weights of linear layers.

        Raises
        ------
        InputError
            If the design has another shape.
        """
        if not isinstance(self.shape, LayerShape):
            raise InputError(f"Design must be made of linear layers, not {self.design.name!r}")
        return self.shape

    @property
    def ports(self) -> dict[str, PortCodes]:
        """What each port of an operation on vectors, or of a design on blocks, carries, by name.

        Raises
        ------
        InputError
            If the design has another shape.
        """
        if not isinstance(self.shape, PortShape):
            raise InputError(
                f"Design must be one on blocks or an operation on vectors, not {self.design.name!r}"
            )
        return port_codes(self.design, self.circuit, self.shape)

    def require_usual_rounding(self, purpose: str) -> None:
        """Refuse other ways to round, flags, and operands of several formats.

        Raises
        ------
        InputError
            If the circuit has one of them.
        """
        if self.circuit.is_mixed:
            names = ", ".join(fmt.name for fmt in (self.circuit.format, *self.circuit.others))
            raise InputError(
                f"Formats must all be that of the first operand {purpose}, not {names}"
            )
        rounding = self.circuit.rounding
        if not rounding.is_usual:
            raise InputError(
                f"Rounding must be rne, without flags, {purpose}, not {rounding.mode_name} with "
                f"flags {rounding.flags}"
            )

    @property
    def takes_elements(self) -> bool:
        """Whether it takes one element of a vector in each clock."""
        is_vector = isinstance(self.shape, ElementsShape)
        return is_vector and self.hardware.style is Style.SEQUENTIAL

    @property
    def has_own_streams(self) -> bool:
        """Whether it has streams in any case, which take several transfers for an operation."""
        return self.is_array or self.takes_elements

    @property
    def is_array(self) -> bool:
        """Whether it is a layer on an array of lanes, and so is no single neuron graph."""
        shape = self.shape
        return isinstance(shape, LayerShape | BlockLayerShape) and shape.lanes is not None

    @property
    def has_graph(self) -> bool:
        """Whether it is a single neuron graph in the other styles."""
        return not self.is_array and self.design.fits_graph(self.circuit.format)


def make_instance(
    design: Design | str,
    *,
    format: Format | str | None = None,
    to: Format | str | None = None,
    format_b: Format | str | None = None,
    format_c: Format | str | None = None,
    format_2: Format | str | None = None,
    overflow: Overflow | str | None = None,
    library: str = Library.NATIVE,
    budget: str = DEFAULT_BUDGET,
    objective: str = Objective.STRUCTURE,
    rounding: str | None = None,
    random_bits: int | None = None,
    flags: str | None = None,
    nan: NanPolicy | str | None = None,
    style: str = Style.SPATIAL,
    stages: int = 0,
    is_stream: bool = False,
    has_axi_reset: bool = False,
    residue: str | None = None,
    leak: Fraction | None = None,
    delays: str | None = None,
    backend: str | None = None,
    length: int | None = None,
    epsilon: Fraction | float | None = None,
    accumulate: str | None = None,
    wide: str | None = None,
    layer: LayerShape | None = None,
    block: BlockShape | None = None,
) -> Instance:
    """Return a checked instance of a design.

    Parameters
    ----------
    design : Design or str
        The design, or its name.
    format : Format or str, optional
        Format of the operands, ``e4m3fn`` by default; for ``convert`` also the name of an integer,
        which selects ``from_int8`` and so on. Not for operands that are blocks; binary32 by default
        for those that become blocks.
    to : Format or str, optional
        Format of the result, for a conversion or a widening product, in the same way; by default
        bfloat16 or, where that is not another format or not possible, binary32. For products and
        sums that of the operands by default; to be given if these have several.
    format_b, format_c : Format or str, optional
        Formats of the second and the third operand of a product, a sum or an ``fma``; by default
        that of the first.
    format_2 : Format or str, optional
        Format that an operand of ``fpu`` can choose instead; by default there is no such operand.
    overflow : Overflow or str, optional
        ``nan``, ``saturate`` or ``saturate-finite``; by default that of the format of the result.
    library : str
        ``native`` or ``published``.
    budget : str
        Limits of a neuron, for the native library.
    objective : str
        One of :class:`~spikefloat.rtl_gen.designs.options.Objective`; ``structure`` for the
        published library, and for another rounding than the usual one.
    rounding : str, optional
        One of :class:`~spikefloat.rtl_gen.formats.Rounding`, or ``port`` for a mode that is an
        operand; ``rne``, to nearest even, by default.
    random_bits : int, optional
        Number of random bits of a stochastic rounding, an operand; 8 by default.
    flags : str, optional
        One of :class:`~spikefloat.rtl_gen.designs.rounding.Flags`: whether flags are a second
        result, and when a result is tiny; ``none`` by default.
    nan : NanPolicy or str, optional
        ``keep`` or ``canonical``: which NaN an operation on signs gives; ``keep`` by default.
    style : str
        One of :class:`~spikefloat.rtl_gen.designs.options.Style`.
    stages : int
        Number of register cuts, for the spatial style;
        :func:`spikefloat.rtl_gen.rtl.timing.pipeline.max_stages` tells how many a circuit can use.
    is_stream : bool
        Whether operands and result are streams with valid and ready, for the spatial style, and
        the spiking one where every wave is discharged.
    has_axi_reset : bool
        Whether clock and reset of streams are called ``aclk`` and ``aresetn``, which is active low.
    residue : str, optional
        One of :class:`~spikefloat.rtl_gen.neurons.residue.Residue`, for the spiking style;
        ``discharge`` by default.
    leak : Fraction, optional
        Share of a membrane's residue that is left for the next wave, for ``hard`` and ``leak``; by
        default the largest multiple of 1/256 with which the circuit is exact.
    delays : str, optional
        One of :class:`~spikefloat.rtl_gen.designs.options.Delays`, for the spiking style;
        ``registers`` by default.
    backend : str, optional
        One of :class:`~spikefloat.rtl_gen.designs.options.Backend`, for the spatial and the spiking
        style; ``printed`` by default.
    length : int, optional
        Number of codes in each operand of a design on vectors, 1 to 1024; 16 by default.
    epsilon : Fraction or float, optional
        What normalisations add before a reciprocal root, from ``2**-32`` to 1, rounded to bfloat16;
        1e-5 by default.
    accumulate : str, optional
        How dot products and layers add: one of :data:`~spikefloat.rtl_gen.circuits.sums.dot.ACCUMULATIONS`;
        ``exact`` by default.
    wide : str, optional
        Format of the nodes of ``wide``; binary32 by default.
    layer : LayerShape, optional
        Shape and weights of linear layers; by default a small layer with weights as operands.
    block : BlockShape, optional
        Format and number of blocks, for a design on them; by default one of MXFP8.

    Raises
    ------
    InputError
        If a name is unknown, a format is not one of the design's, or options contradict each
        other.
    """
    design = with_blocks(design, isinstance(block, BlockLayerShape))
    design, format, to = resolve_formats(design, format, to)
    design, second = resolve_second(design, format, format_2)
    circuit = make_circuit_options(
        design, format, to, (format_b, format_c), overflow, library, budget, objective
    )
    ways = make_rounding_options(
        design.name,
        circuit.result_format,
        takes_rounding=design.takes_rounding,
        takes_flags=design.takes_flags,
        rounding=rounding,
        random_bits=random_bits,
        flags=flags,
    )
    circuit = _with_rounding(circuit, ways)
    circuit = replace(circuit, second=second, nan=resolve_nan_of(design, circuit.format, nan))
    shape = make_shape(design, circuit, length, accumulate, wide, layer, block, epsilon)
    hardware = make_hardware_options(
        style=style,
        stages=stages,
        is_stream=is_stream,
        has_axi_reset=has_axi_reset,
        residue=residue,
        leak=leak,
        delays=delays,
        backend=backend,
    )
    return Instance(design=design, circuit=circuit, shape=shape, hardware=hardware)


def _with_rounding(circuit: CircuitOptions, ways: RoundingOptions) -> CircuitOptions:
    """Return a circuit that rounds in some way, of which the smaller ones know the usual one only."""
    if not ways.is_usual and circuit.objective is not Objective.STRUCTURE:
        raise InputError(
            f"Objective must be structure for rounding {ways.mode_name} with flags {ways.flags}, "
            f"not {circuit.objective.value!r}"
        )
    return replace(circuit, rounding=ways)
