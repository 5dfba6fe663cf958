"""filmtwin: a digital twin of a polyimide film line."""

__all__: list[str] = []
__version__ = "0.1.0"
