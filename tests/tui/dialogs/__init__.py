"""Dialogs, opened and answered by keys."""
