"""Tests of `swarm policy`, module by module."""
