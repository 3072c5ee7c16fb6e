# SPDX-License-Identifier: Apache-2.0
"""Names of the simulators that run NIR files; the command line loads nothing else to know them."""

__all__ = ["NIR_SIMULATORS"]

#: Simulators, with the modules of each and the packages that have them. Extras are called the same.
NIR_SIMULATORS = {
    "norse": {"nir": "nir", "torch": "torch", "norse": "norse"},
    "snntorch": {"nir": "nir", "torch": "torch", "nirtorch": "nirtorch", "snntorch": "snntorch"},
    "nest": {"nir": "nir", "nest": "nest-simulator"},
}
