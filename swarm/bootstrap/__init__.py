"""Puts the parts together: the home, the keeper's process, the dashboard."""
