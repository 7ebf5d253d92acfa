"""Rules on what may leave a sandbox: pure, stdlib only, and part of the gate."""
