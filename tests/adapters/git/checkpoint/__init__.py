"""Tests of `swarm/adapters/git/checkpoint`."""
