"""This machine: its kernel, its images, and what earlier tasks left on it."""
