# SPDX-License-Identifier: Apache-2.0
"""What ``--sim`` and ``--build-dir`` select."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.files import make_folder, temporary_folder
from spikefloat.sim.simulators.find import find_simulator

__all__ = ["build_folder", "one_simulator", "simulators"]


def simulators(name: str) -> tuple[str, ...]:
    """Return the names of simulators that are installed.

    Parameters
    ----------
    name : str
        ``icarus``, ``verilator``, ``both``, or ``auto``: Verilator, or else Icarus.

    Raises
    ------
    UserError
        If one is missing, which is said before anything is built.
    """
    if name == "auto":
        try:
            find_simulator("verilator")
        except UserError as error:
            try:
                find_simulator("icarus")
            except UserError:
                raise error from None
            return ("icarus",)
        return ("verilator",)
    names = ("icarus", "verilator") if name == "both" else (name,)
    for one in names:
        find_simulator(one)
    return names


def one_simulator(name: str) -> str:
    """Return the name of one simulator, for what is run once.

    Raises
    ------
    UserError
        If both are asked for, or it is missing.
    """
    if name == "both":
        raise InputError("Simulator must be one of icarus, verilator, auto here, not 'both'")
    return simulators(name)[0]


@contextmanager
def build_folder(path: Path | None) -> Iterator[Path]:
    """Yield the folder for what a simulator builds, or one that is removed at the end."""
    if path is not None:
        yield make_folder(path)
    else:
        with temporary_folder() as folder:
            yield folder
