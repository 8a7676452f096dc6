"""The reader's pages: addresses, views, templates, style, scripts."""
