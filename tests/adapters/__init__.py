"""Tests of the doors to docker, git and tmux."""
