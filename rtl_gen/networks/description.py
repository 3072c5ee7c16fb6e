# SPDX-License-Identifier: Apache-2.0
"""What a network is, as data: tensors, weights, and the steps that make one of the other.

The golden model, the float32 model, training, the simulation of neurons and the program of the
engine all come from the same description. A step says *what* is computed and where it is rounded;
how, each of these knows for itself.

Every tensor has two axes, rows and columns. A row is a token, but for tensors that a step
writes transposed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.networks.kinds import FUNCTIONS

__all__ = ["Angles", "Lookup", "Network", "Norm", "Product", "Rotate", "Softmax", "Step"]

Shape = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Product:
    """The matrix product ``y[t, o] = sum of x[t, i] * w[o, i]``, and what becomes of its elements.

    The sum is exact and rounded once, into the format of the stream. If rows of ``w`` have powers of
    two of their own, it is multiplied by that, which is exact. Then, each only if asked for:
    an element of the stream is added, with one rounding; the result is kept in the stream. It is
    rounded into the format of codes, saturating. If the product is gated, columns are pairs of a
    gate and a value, and the pair becomes SiLU(gate) * value, with the roundings of ``swiglu``. If
    it has a function, each code becomes that of its result, rounded once.
    """

    name: str
    x: str  #: Tensor or weight of shape (rows, inner).
    w: str  #: Weight or tensor of shape (columns, inner).
    into: str | None  #: Tensor of codes that is written; None if only the stream is.
    column: int = 0  #: First column of ``into`` that is written; first row, if transposed.
    is_transposed: bool = False  #: Whether rows become columns.
    add: str | None = None  #: Tensor of the stream that is added.
    keep: str | None = None  #: Tensor of the stream that is written.
    is_gated: bool = False
    function: str | None = None  #: One of :data:`~spikefloat.rtl_gen.networks.kinds.FUNCTIONS`.


@dataclass(frozen=True, kw_only=True)
class Norm:
    """Normalisation of each row; results saturate.

    With offsets it is LayerNorm, with the roundings of ``layer_norm``; without them RMSNorm, with
    those of ``rms_norm``.
    """

    name: str
    x: str  #: Tensor of shape (rows, columns).
    gain: str  #: Weight of shape (1, columns).
    into: str
    epsilon: Fraction
    offset: str | None = None  #: Weight of the same shape, which is added.


@dataclass(frozen=True, kw_only=True)
class Softmax:
    """Softmax of each row, with the roundings of ``softmax``.

    If it is causal, row ``t`` is of the first ``t + 1`` elements only; the others become +0.
    """

    name: str
    x: str
    into: str
    is_causal: bool = False


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """The row of a table for each token, in the stream and, rounded once, in codes.

    A code is exact in the format of the stream, and so it is times the power of two of its row.
    """

    name: str
    x: str  #: The input: numbers of tokens, of shape (rows, 1).
    table: str  #: Weight of shape (vocabulary, columns).
    into: str
    keep: str  #: Tensor of the stream that is written.


@dataclass(frozen=True, kw_only=True)
class Rotate:
    """Pairs of neighbours, turned by the angles of their row, with the roundings of ``rope``."""

    name: str
    x: str  #: Tensor of shape (rows, columns).
    cos: str  #: Weight of shape (rows, columns / 2).
    sin: str
    into: str


Step = Product | Norm | Softmax | Lookup | Rotate


@dataclass(frozen=True, kw_only=True)
class Angles:
    """A weight that is the cosine, or the sine, of ``row * base ** (-column / columns)``."""

    base: int
    is_sine: bool

    def values(self, shape: Shape) -> list[list[float]]:
        """Return all elements, for a number of rows and columns."""
        rows, columns = shape
        function = math.sin if self.is_sine else math.cos
        return [
            [function(row * self.base ** (-column / columns)) for column in range(columns)]
            for row in range(rows)
        ]


@dataclass(frozen=True, kw_only=True)
class Network:
    """Steps, and the shape of everything they name.

    Raises
    ------
    InputError
        If a step names what there is not, or shapes do not fit.
    """

    tensors: Mapping[str, Shape]  #: Tensors of codes.
    stream: Mapping[str, Shape]  #: Tensors of the residual stream.
    weights: Mapping[str, Shape]  #: What is trained, by name.
    #: Weights that are not trained but what they always are: all elements of one value, or angles.
    constants: Mapping[str, Fraction | Angles] = field(default_factory=dict)
    #: Weights whose rows are codes times a power of two each, which is kept beside them.
    scaled: frozenset[str] = frozenset()
    steps: tuple[Step, ...]
    input: str  #: Tensor that the input is in: values of each row, or the number of its token.
    values: int  #: Columns of the input that are values; the others say which token a row is.
    output: str  #: Tensor of the stream with the result.
    code_format: Format = FORMATS["e4m3fn"]
    stream_format: Format = FORMATS["bfloat16"]

    def __post_init__(self) -> None:
        rows, columns = self.shape(self.input)
        if columns not in (self.values, self.values + rows):
            raise InputError(
                f"Columns of the input must be {self.values} values, or these and one for each of "
                f"{rows} tokens, not {columns}"
            )
        for step in self.steps:
            _check(self, step)
        self.shape_of_stream(self.output)

    def shape(self, name: str) -> Shape:
        """Return rows and columns of a tensor of codes or a weight.

        Raises
        ------
        InputError
            If there is none of the name.
        """
        for shapes in (self.tensors, self.weights):
            if name in shapes:
                return shapes[name]
        raise InputError(f"Tensors of the network must have {name!r} among them")

    def shape_of_stream(self, name: str) -> Shape:
        """Return rows and columns of a tensor of the stream.

        Raises
        ------
        InputError
            If there is none of the name.
        """
        if name not in self.stream:
            raise InputError(f"Stream of the network must have {name!r} among its tensors")
        return self.stream[name]

    def product_shape(self, step: Product) -> tuple[int, int, int]:
        """Return rows, columns and inner size of a product."""
        rows, inner = self.shape(step.x)
        return rows, self.shape(step.w)[0], inner

    @property
    def result_step(self) -> str:
        """Name of the step that keeps the result."""
        return next(step.name for step in self.steps if getattr(step, "keep", None) == self.output)

    @property
    def takes_tokens(self) -> bool:
        """Whether the input is numbers of tokens."""
        return any(isinstance(step, Lookup) for step in self.steps)

    @property
    def vocabulary(self) -> int:
        """Number of tokens that there are, if the input is numbers of them."""
        return max(
            (self.weights[step.table][0] for step in self.steps if isinstance(step, Lookup)),
            default=0,
        )

    def constant(self, name: str) -> list[list[float]]:
        """Return the elements of a weight that is not trained."""
        value, shape = self.constants[name], self.weights[name]
        if isinstance(value, Angles):
            return value.values(shape)
        return [[float(value)] * shape[1]] * shape[0]

    @property
    def lanes(self) -> int:
        """Terms of the longest sum of products."""
        products = [step for step in self.steps if isinstance(step, Product)]
        return max(self.product_shape(step)[2] for step in products)

    @property
    def trained(self) -> dict[str, Shape]:
        """Shapes of the weights that are trained."""
        return {name: s for name, s in self.weights.items() if name not in self.constants}

    @property
    def weight_count(self) -> int:
        """Number of weights that are trained."""
        return sum(rows * columns for rows, columns in self.trained.values())


def _check(network: Network, step: Step) -> None:
    """Refuse a step whose shapes do not fit."""
    if isinstance(step, Product):
        rows, columns, inner = network.product_shape(step)
        if network.shape(step.w)[1] != inner:
            raise InputError(
                f"Inner sizes of {step.name} must be equal, not {inner} and "
                f"{network.shape(step.w)[1]}"
            )
        if step.is_gated and (columns % 2 or step.add or step.keep):
            raise InputError(
                f"Columns of {step.name} must be pairs of gate and value, not {columns} for a stream"
            )
        if step.function is not None:
            _check_function(step)
        columns //= 2 if step.is_gated else 1
        for name in (step.add, step.keep):
            if name is not None:
                _require(step, name, network.shape_of_stream(name), (rows, columns))
        if step.into is not None:
            end = columns + step.column
            least = (end, rows) if step.is_transposed else (rows, end)
            _require(step, step.into, network.shape(step.into), least, is_least=True)
        elif step.keep is None:
            raise InputError(f"Result of {step.name} must be written somewhere, not nowhere")
        return
    shape = network.shape(step.x)
    if isinstance(step, Lookup):
        shape = shape[0], network.shape(step.table)[1]
        _require(step, step.keep, network.shape_of_stream(step.keep), shape)
    _require(step, step.into, network.shape(step.into), shape)
    if isinstance(step, Rotate):
        if shape[1] % 2:
            raise InputError(f"Columns of {step.name} must be pairs, not {shape[1]}")
        for name in (step.cos, step.sin):
            _require(step, name, network.shape(name), (shape[0], shape[1] // 2))
    if isinstance(step, Norm):
        for name in (step.gain, *([] if step.offset is None else [step.offset])):
            _require(step, name, network.shape(name), (1, shape[1]))


def _check_function(step: Product) -> None:
    """Refuse a function that there is not, or that nothing is made of."""
    if step.function not in FUNCTIONS:
        raise InputError(
            f"Function of {step.name} must be {' or '.join(FUNCTIONS)}, not {step.function!r}"
        )
    if step.is_gated or step.add or step.keep:
        raise InputError(f"Function of {step.name} must be of codes, not of a gate or a stream")


def _require(step: Step, name: str, found: Shape, needed: Shape, is_least: bool = False) -> None:
    fits = found[0] >= needed[0] and found[1] >= needed[1] if is_least else found == needed
    if not fits:
        least = " at least" if is_least else ""
        raise InputError(f"Shape of {name} in {step.name} must be{least} {needed}, not {found}")
