"""The Settings page, made from the declarations."""
