"""All misuses of a store, each tried once in a folder of its own."""

from twin.bench.faults import asked, system, tampered
from twin.bench.faults.tried import misuses, misuses_of_buckets

__all__ = ["asked", "misuses", "misuses_of_buckets", "system", "tampered"]
