"""What the gate is measured beside: a server, a client, and other proxies."""
