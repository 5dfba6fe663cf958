"""The products: a recipe and its limits, one file a product."""

from types import MappingProxyType

from twin.products.adhesive_film import ADHESIVE_FILM
from twin.products.clad_laminate import CLAD_LAMINATE
from twin.products.product import Product, Word

PRODUCTS = MappingProxyType({product.name: product for product in (CLAD_LAMINATE, ADHESIVE_FILM)})

__all__ = ["ADHESIVE_FILM", "CLAD_LAMINATE", "PRODUCTS", "Product", "Word"]
