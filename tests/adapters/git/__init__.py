"""Tests of the door to git: real repositories and real canaries."""
