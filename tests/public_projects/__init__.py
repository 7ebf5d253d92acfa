"""Public projects, as released, install and run their own tests in a box."""
