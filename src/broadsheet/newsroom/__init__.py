"""The newsroom: editions, sections, stories, and what prints them."""
