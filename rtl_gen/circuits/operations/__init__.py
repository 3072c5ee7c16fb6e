# SPDX-License-Identifier: Apache-2.0
"""Operations on floats as neuron graphs, one file for each."""
