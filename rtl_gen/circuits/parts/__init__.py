# SPDX-License-Identifier: Apache-2.0
"""What several operations are made of: unpacking, rounding, fixed point, products."""
