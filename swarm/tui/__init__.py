"""The dashboard: draws what is stored, and posts wishes."""
