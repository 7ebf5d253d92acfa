"""Tests of `swarm/adapters/git/merge`."""
