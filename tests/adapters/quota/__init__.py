"""Project quotas on a kernel of the test's own: few machines have a disk with them."""
