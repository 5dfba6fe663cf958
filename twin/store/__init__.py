"""Publishing and reading the Parquet store."""
