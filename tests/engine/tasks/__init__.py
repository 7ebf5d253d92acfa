"""Tests of a task's life."""
