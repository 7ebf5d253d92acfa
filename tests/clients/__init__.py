"""The programs that agents use, each through the gate, inspected and not."""
