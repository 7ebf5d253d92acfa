"""The main screen, driven by its keys, and its parts."""
