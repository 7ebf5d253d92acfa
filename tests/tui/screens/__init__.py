"""Screens, driven by their keys."""
