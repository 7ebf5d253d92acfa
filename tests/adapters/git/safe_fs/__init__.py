"""Tests of `swarm/adapters/git/safe_fs`."""
