"""How files for translators are written and read, one module a format."""
