"""Texts to translators and back: tables, PO and XLIFF files of all texts, in the order of the story."""
