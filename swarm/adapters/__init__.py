"""One door per tool: blocking, with time limits, translating errors at the sill."""
