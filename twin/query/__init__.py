"""Asking a store in SQL: read-only, locked down, within limits of time, memory and rows."""

from twin.query.asking import Answer, Limits, ask
from twin.query.opening import opened
from twin.query.telling import FORMATS, told
from twin.query.views import View, views

__all__ = ["FORMATS", "Answer", "Limits", "View", "ask", "opened", "told", "views"]
