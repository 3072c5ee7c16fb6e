# SPDX-License-Identifier: Apache-2.0
"""What goes to other programs: NIR, waveforms, data sets."""
