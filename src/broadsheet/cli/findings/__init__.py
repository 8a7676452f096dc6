"""What `broadsheet check` looks at, room by room."""
