# SPDX-License-Identifier: Apache-2.0
"""Reading the parameters of the design ``neuron`` from the command line."""

import argparse
from fractions import Fraction

from rtl_gen.rtl.cell_parameters import CellParameters

__all__ = ["cell_parameters", "refuse_neuron_options"]

_OPTIONS = ("weights", "threshold", "reset", "bias", "fraction_bits", "membrane_width")


def cell_parameters(args: argparse.Namespace) -> CellParameters:
    """Return the parameters that the options give.

    Raises
    ------
    ValueError
        If an option cannot be read or is out of range.
    """
    return CellParameters(
        weights=_weights(args.weights or "1,1"),
        threshold=_number("Threshold", args.threshold or "1.5"),
        leak=_number("Leak", args.leak or "1"),
        reset=args.reset or "soft",
        bias=_integer("Bias", args.bias or "0"),
        fraction_bits=_optional("Fraction bits", args.fraction_bits),
        membrane_width=_optional("Membrane width", args.membrane_width))


def refuse_neuron_options(args: argparse.Namespace) -> None:
    """Refuse the parameters of a neuron for any other design.

    Raises
    ------
    ValueError
        If one was given.
    """
    for name in _OPTIONS:
        if getattr(args, name) is not None:
            option = name.replace("_", "-")
            raise ValueError(f"Option --{option} must be used with the design neuron, "
                             f"not {args.design!r}")


def _weights(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"Weights must be integers separated by commas, not {text!r}") from None


def _number(noun: str, text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{noun} must be a number, not {text!r}") from None


def _integer(noun: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{noun} must be an integer, not {text!r}") from None


def _optional(noun: str, text: str | None) -> int | None:
    return None if text is None else _integer(noun, text)
