"""The committed tables of a store in the formats of other tools: Delta, CSV, XLSX, OCEL 2.0."""

from twin.export.export import FORMATS, Export, export

__all__ = ["FORMATS", "Export", "export"]
