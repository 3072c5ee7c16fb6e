# SPDX-License-Identifier: Apache-2.0
"""The command line of spikefloat: one file for each command, and no arithmetic."""

from spikefloat.rtl_gen.cli.main import main

__all__ = ["main"]
