"""Frozen values of the domain, the legal moves, and the changes that events make."""
