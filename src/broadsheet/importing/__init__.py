"""Other papers' files come in; this paper's go out: what can be carried, and a list of the rest."""
