# SPDX-License-Identifier: Apache-2.0
"""How a layer is spread over an array of lanes, and how many clocks that takes."""

import re
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError

__all__ = ["DEFAULT_LEVELS", "ArraySizes", "parse_lanes"]

#: Levels of lookup tables between registers, where a circuit can be cut.
DEFAULT_LEVELS = 6


@dataclass(frozen=True, kw_only=True)
class ArraySizes:
    """A layer on an array of lanes.

    The outputs are made in *groups* of as many as there are output lanes; a group takes a *step*
    for each so many inputs as there are input lanes. A step is a clock. Streams are as narrow as
    they can be without ever being what the array has to wait for.

    Raises
    ------
    ValueError
        If there are no inputs, outputs or lanes, or more lanes than inputs or outputs.
    """

    inputs: int
    outputs: int
    output_lanes: int  #: Outputs that are made at once.
    input_lanes: int  #: Inputs that are taken in each step.

    def __post_init__(self) -> None:
        for name, number in (("Inputs", self.inputs), ("Outputs", self.outputs)):
            if number < 1:
                raise InputError(f"{name} of a layer must be at least 1, not {number}")
        for name, lanes, number in (
            ("output", self.output_lanes, self.outputs),
            ("input", self.input_lanes, self.inputs),
        ):
            if not 1 <= lanes <= number:
                raise InputError(
                    f"Lanes for {name}s must be from 1 to {number}, as the layer has so many "
                    f"{name}s, not {lanes}"
                )

    @property
    def steps(self) -> int:
        """Steps for each group."""
        return -(-self.inputs // self.input_lanes)

    @property
    def groups(self) -> int:
        """Groups of outputs."""
        return -(-self.outputs // self.output_lanes)

    @property
    def interval(self) -> int:
        """Clocks from one vector to the next: ``steps * groups``."""
        return self.steps * self.groups

    @property
    def x_codes(self) -> int:
        """Codes in each transfer of inputs."""
        return _divisor(self.input_lanes, -(-self.input_lanes // self.groups))

    @property
    def x_beats(self) -> int:
        """Transfers of inputs for each vector."""
        return -(-self.inputs // self.x_codes)

    @property
    def y_codes(self) -> int:
        """Codes in each transfer of results, which is also how many are finished at once."""
        return _divisor(self.output_lanes, -(-self.output_lanes // self.steps))

    @property
    def y_beats(self) -> int:
        """Transfers of results for each vector."""
        return -(-self.outputs // self.y_codes)

    @property
    def group_beats(self) -> int:
        """Transfers of results for each group but the last, which may have fewer."""
        return self.output_lanes // self.y_codes

    @property
    def last_beats(self) -> int:
        """Transfers of results for the last group."""
        return self.y_beats - (self.groups - 1) * self.group_beats

    @property
    def input_padding(self) -> int:
        """Input lanes that have nothing to do in the last step of a group."""
        return self.steps * self.input_lanes - self.inputs


def _divisor(number: int, least: int) -> int:
    """Return the smallest divisor of a number that is not below ``least``."""
    return next(n for n in range(least, number + 1) if number % n == 0)


def parse_lanes(text: str) -> tuple[int, int]:
    """Return the numbers of lanes for outputs and for inputs that a text such as ``4x8`` gives.

    Raises
    ------
    ValueError
        If the text is something else.
    """
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text)
    if match is None:
        raise InputError(f"Lanes must be OUTPUTSxINPUTS, such as 4x8, not {text!r}")
    return int(match[1]), int(match[2])
