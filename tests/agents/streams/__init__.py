"""Tests of the streams of agents."""
