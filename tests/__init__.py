"""The proofs: laws of the house, units, real tools, promises."""
