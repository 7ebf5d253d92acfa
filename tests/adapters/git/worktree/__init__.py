"""Tests of `swarm/adapters/git/worktree`."""
