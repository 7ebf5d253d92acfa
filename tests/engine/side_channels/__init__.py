"""Tests of swarm.engine.side_channels."""
