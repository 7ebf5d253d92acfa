"""Agents' files of tests."""

MINIMAL = """\
version = 1
title = "Mine"
summary = "an agent of mine"

[headless]
argv = ["mine", "{prompt}"]
"""
