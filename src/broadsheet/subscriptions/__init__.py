"""Plans, subscriptions, seats, and the cases of seats that are shared."""
