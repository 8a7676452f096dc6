"""What is given: subscriptions for a time, and single stories by link."""
