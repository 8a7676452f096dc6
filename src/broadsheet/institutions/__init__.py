"""Libraries, universities and companies whose own networks read the paper."""
