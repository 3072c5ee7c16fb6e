# SPDX-License-Identifier: Apache-2.0
"""Pages that ``spikefloat report --html`` writes: one file each, which needs no network."""
