"""Tests of the engine's answers to front ends."""
