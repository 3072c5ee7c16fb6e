# SPDX-License-Identifier: Apache-2.0
"""Run the command line: ``python -m spikefloat``."""

import sys

from spikefloat.rtl_gen.cli import main

if __name__ == "__main__":
    sys.exit(main())
