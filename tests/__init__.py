"""The tests, and the one command that runs them: `python -m tests` (see README.md in this folder)."""
