"""The paper told to machines: feeds, sitemaps, structured data, and pictures for sharing.

Nothing here knows more of a story than everybody may read.
"""
