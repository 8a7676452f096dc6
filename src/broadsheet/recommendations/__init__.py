"""What the paper recommends: stories that are alike, and what a reader may want to read next."""
