"""Pictures of maps and traces; computes nothing."""

from twin.reports.pictures.chart import picture
from twin.reports.pictures.style import FORMATS, save

__all__ = ["FORMATS", "picture", "save"]
