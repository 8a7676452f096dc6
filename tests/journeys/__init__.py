"""What readers do, in a real browser, on the demonstration paper."""
