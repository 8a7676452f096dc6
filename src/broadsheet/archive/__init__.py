"""A paper as one file: backed up from either database, and restored into either."""
