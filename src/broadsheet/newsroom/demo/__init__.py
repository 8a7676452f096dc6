"""The demonstration paper: its stories, its pictures, and what builds it."""
