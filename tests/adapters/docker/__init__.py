"""Tests of `swarm/adapters/docker`, on the real engine where it matters."""
