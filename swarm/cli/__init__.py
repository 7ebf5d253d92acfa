"""The command line: a second front end on the dashboard's doors."""
