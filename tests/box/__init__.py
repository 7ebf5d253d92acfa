"""Tests of swarm.box."""
