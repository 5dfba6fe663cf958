"""Pictures of maps, traces, studies and sweeps; computes nothing."""

from twin.reports.pictures.chart import picture
from twin.reports.pictures.embedded import markdown, study_pictures
from twin.reports.pictures.style import FORMATS, save
from twin.reports.pictures.sweep import sweep_picture
from twin.reports.pictures.trace import trace_picture

__all__ = [
    "FORMATS", "markdown", "picture", "save", "study_pictures", "sweep_picture", "trace_picture",
]  # fmt: skip
