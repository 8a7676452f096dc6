"""The door: pure ASGI, no Django. A request comes with cookies and leaves with ready bytes."""

from broadsheet.gate.door import Gate, Parts

__all__ = ["Gate", "Parts"]
