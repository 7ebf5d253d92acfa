"""Reads the user's own network: registries of package tools, and the parent proxy."""
