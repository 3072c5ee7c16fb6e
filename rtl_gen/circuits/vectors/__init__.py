# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors as neuron graphs, one file for each kind."""
