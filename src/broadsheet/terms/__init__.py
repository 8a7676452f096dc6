"""The terms of the paper, their versions, and who accepted which."""
