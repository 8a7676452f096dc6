"""What stands still when the database cannot be asked."""


class DatabaseAway(Exception):
    """The database cannot be asked, or not in time; the request may be tried again later."""
