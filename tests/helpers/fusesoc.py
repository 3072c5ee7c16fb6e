# SPDX-License-Identifier: Apache-2.0
"""Running FuseSoC on packaged cores."""

import os
import subprocess
import sys
from pathlib import Path

from spikefloat.sim.simulators.find import shell_lines


def fusesoc(root: Path, target: str, core: str) -> subprocess.CompletedProcess[str]:
    """Run a target of a core in the folder ``cores`` of a root, in a shell as the docs say."""
    env = {**os.environ, "HOME": str(root)}
    return subprocess.run(
        [
            "sh",
            "-c",
            "\n".join([*shell_lines(), 'exec "$0" "$@"']),
            sys.executable,
            "-m",
            "fusesoc.main",
            "--cores-root",
            "cores",
            "run",
            f"--target={target}",
            core,
        ],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
