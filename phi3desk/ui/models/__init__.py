"""The Models page: models and adapters."""
