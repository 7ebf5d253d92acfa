"""The sensor's container: its client, its log files and what they mean."""
