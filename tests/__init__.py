"""A package, so that a test can say `from tests.conftest import shared`; sub-folders have an `__init__.py` too."""
