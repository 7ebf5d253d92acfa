"""The burglar's suite: each promise held by a real sandbox, broken by a weak one."""
