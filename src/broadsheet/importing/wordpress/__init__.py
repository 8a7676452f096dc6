"""WordPress: its export file (WXR), and what stories in it are written in."""
