"""Newsletters: lists, who gets them and why they may, their issues, and how these are sent."""
