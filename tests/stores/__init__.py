"""What the stores stand on."""
