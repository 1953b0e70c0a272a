"""Which clinic does somebody find who just wants to try it?

Invented people with eight weeks behind them, each with a story of their own, made through the verbs
of production and always ending now.
"""

from reminders.sandbox.demo.people import LANDLINES
from reminders.sandbox.demo.seed import ACCESS, DemoAccess, clear, is_stale, seed

__all__ = ["ACCESS", "LANDLINES", "DemoAccess", "clear", "is_stale", "seed"]
