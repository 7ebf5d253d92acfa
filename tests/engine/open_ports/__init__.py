"""Tests of swarm/engine/open_ports."""
