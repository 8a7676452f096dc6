"""Ghost: its JSON export, its list of members, and the two forms its stories are kept in."""
