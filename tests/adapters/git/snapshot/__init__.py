"""Tests of `swarm/adapters/git/snapshot`."""
