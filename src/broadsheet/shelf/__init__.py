"""What a reader keeps: saved stories, followed topics and authors, and what they have read."""
