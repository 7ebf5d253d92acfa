"""Tests of the private tmux server, with a real tmux."""
