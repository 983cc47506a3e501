"""The case store's migrations, for alembic."""
