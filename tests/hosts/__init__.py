"""Many hosts that share a database and Valkey, and nothing else."""
