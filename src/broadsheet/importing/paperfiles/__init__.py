"""A paper as files a person can read: written, and read again into an empty paper."""
