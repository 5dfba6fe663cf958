"""The products: a recipe and its limits, one file a product."""
