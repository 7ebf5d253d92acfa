"""The one door to git: the host's side of every repository an agent can touch."""
