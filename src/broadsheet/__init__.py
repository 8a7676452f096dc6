"""Broadsheet: a digital newspaper anyone can run, with one seat to one device."""
