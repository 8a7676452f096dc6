"""Accounts, and the devices that readers sign in on."""
