"""The only package that knows Prefect: one flow a file. Its settings are settled before Prefect is imported."""

from flows.server import settle

settle()
