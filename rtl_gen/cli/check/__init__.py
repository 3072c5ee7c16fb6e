# SPDX-License-Identifier: Apache-2.0
"""Commands that compare circuits with the golden model."""
