"""The only package that knows Prefect: one flow a file. Its settings are settled before Prefect is imported."""

from flows.lean import forget_main
from flows.server import settle

settle()
forget_main()
