"""Several untrusted coding agents on one repository, each in a sandbox of its own."""

__version__ = "0.1.0"
