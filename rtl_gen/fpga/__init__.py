# SPDX-License-Identifier: Apache-2.0
"""Designs on FPGAs: boards and synthesis."""
