"""The command line, against a real file and a fake keeper in the keeper's place."""
