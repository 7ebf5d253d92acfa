"""The bytes that a checkout would write, found without any program of the user's."""
