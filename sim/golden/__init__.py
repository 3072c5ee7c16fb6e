# SPDX-License-Identifier: Apache-2.0
"""Float arithmetic in integers: what every circuit must give. Knows formats only."""
