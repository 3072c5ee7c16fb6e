# SPDX-License-Identifier: Apache-2.0
"""Networks as plain data: which steps on which tensors, whatever computes them."""
