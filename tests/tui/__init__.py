"""The dashboard, driven by its keys and looked at."""
