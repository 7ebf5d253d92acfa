"""Reads the user's own network: registries of package tools, and the parent proxy.

Only what is the user's or the machine's counts. What a repository names is a request.
Nothing is imported here: a command that needs the names of variables alone would load
nineteen readers with their parsers.
"""
