"""Views: each reads, calls one action or query, and answers."""
