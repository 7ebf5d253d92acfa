"""Programs of ours that run in a sandbox, on its own Python 3.9 or newer.

They use the standard library alone. Whatever they say comes out of the sandbox, so the
keeper believes it no more than it believes the agent.
"""
