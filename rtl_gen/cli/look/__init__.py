# SPDX-License-Identifier: Apache-2.0
"""Commands that show what there is and what it does."""
