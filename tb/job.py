# SPDX-License-Identifier: Apache-2.0
"""What a bench is asked for by :mod:`spikefloat.sim.benches.session`, and what it records."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Job", "Recorder", "Stopwatch", "words_of"]


class Stopwatch:
    """How long something takes, from now on."""

    def __init__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def read(self) -> NDArray[np.float64]:
        """Return the seconds so far: by the clock, and of this process alone."""
        return np.array([time.perf_counter(), time.process_time()]) - self._start


class Job:
    """The folder and the settings that the environment variable SPIKEFLOAT_JOB names."""

    def __init__(self) -> None:
        path = Path(os.environ["SPIKEFLOAT_JOB"])
        self._folder = path.parent
        self.settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    def array(self, name: str) -> NDArray[Any]:
        """Return an array of the job."""
        array: NDArray[Any] = np.load(self._folder / f"{name}.npy")
        return array

    def record(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write down what was seen."""
        np.savez(self._folder / "recording.npz", allow_pickle=False, **arrays)


def words_of(rows: NDArray[np.uint8]) -> list[int]:
    """Return rows of bytes as integers, the lowest byte being the first."""
    data, size = rows.tobytes(), rows.shape[1]
    return [
        int.from_bytes(data[start : start + size], "little") for start in range(0, len(data), size)
    ]


class Recorder:
    """Keeps what an output was, time after time.

    A result with undefined bits is kept as such: which bits they are, and zero for their values.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._size = -(-len(handle) // 8)
        self._rows: list[bytes] = []
        self._undefined: dict[int, bytes] = {}

    def take(self) -> None:
        """Keep what the output is now."""
        value = self._handle.value
        try:
            # A port of one bit has a type of its own, without bytes.
            self._rows.append(
                value.to_bytes(byteorder="little")
                if hasattr(value, "to_bytes")
                else bytes([int(value)])
            )
        except ValueError:
            bits = str(value)
            defined = "".join(bit if bit in "01" else "0" for bit in bits)
            mask = "".join("01"[bit not in "01"] for bit in bits)
            self._undefined[len(self._rows)] = int(mask, 2).to_bytes(self._size, "little")
            self._rows.append(int(defined, 2).to_bytes(self._size, "little"))

    @property
    def last(self) -> NDArray[np.uint8]:
        """The bytes of the last time."""
        return np.frombuffer(self._rows[-1], np.uint8)

    @property
    def rows(self) -> NDArray[np.uint8]:
        """A row of bytes for each time, the lowest first."""
        return np.frombuffer(b"".join(self._rows), np.uint8).reshape(len(self._rows), self._size)

    @property
    def undefined(self) -> NDArray[np.uint8]:
        """For each time the bits that were undefined, like :attr:`rows`."""
        masks = np.zeros((len(self._rows), self._size), np.uint8)
        for index, mask in self._undefined.items():
            masks[index] = np.frombuffer(mask, np.uint8)
        return masks
