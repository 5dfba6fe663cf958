"""All misuses of a store, each tried once in a folder of its own."""

from twin.bench.faults import system, tampered
from twin.bench.faults.tried import misuses

__all__ = ["misuses", "system", "tampered"]
