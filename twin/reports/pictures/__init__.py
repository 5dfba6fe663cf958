"""Pictures of maps and traces; computes nothing."""

from twin.reports.pictures.chart import picture
from twin.reports.pictures.style import FORMATS, save
from twin.reports.pictures.trace import trace_picture

__all__ = ["FORMATS", "picture", "save", "trace_picture"]
