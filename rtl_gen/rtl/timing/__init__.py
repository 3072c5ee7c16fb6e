# SPDX-License-Identifier: Apache-2.0
"""Where registers go: delays, cuts, balanced paths."""
