"""The command line, against a real file and a clerk in the keeper's place."""
