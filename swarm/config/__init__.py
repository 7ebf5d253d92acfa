"""Reads and writes what the human configured."""
