"""Sentences, rows and colours, each from a value."""
