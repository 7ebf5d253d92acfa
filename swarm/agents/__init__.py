"""The agents swarm knows, as data: one TOML file each."""
