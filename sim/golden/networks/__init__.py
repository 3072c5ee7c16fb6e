# SPDX-License-Identifier: Apache-2.0
"""Golden models of whole networks, composed of those of the operations."""
