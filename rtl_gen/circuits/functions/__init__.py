# SPDX-License-Identifier: Apache-2.0
"""Functions of one operand: their exact values, and circuits made from their tables."""
