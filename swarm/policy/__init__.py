"""What may leave a sandbox: pure, standard library only, and part of the gate."""
