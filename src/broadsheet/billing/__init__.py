"""What is paid: Checkout, subscriptions and invoices at Stripe, and their webhooks."""
