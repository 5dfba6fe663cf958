"""The measured marks of operations: what Prefect costs, what it survives, and whether it keeps going."""
