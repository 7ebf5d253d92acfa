"""The readers of the user's network, on files and variables of the tests."""
