"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id (RFC 9106) with what OWASP's Password Storage Cheat Sheet asks for at least:
    Django's own choice takes 100 MB for each sign-in, which a small host does not have when many
    sign in at once."""

    time_cost = 2
    memory_cost = 19_456
    """KiB."""
    parallelism = 1
