"""Workbooks for Excel and its like: the table of `localization.columns` on one sheet.

All text is in cells of the type text, so that nothing is run or taken for a number. Characters that XML cannot hold are
written as `_xHHHH_`, as the format itself does (ECMA-376, ST_Xstring).
"""

from storyarn_export.localization.formats.workbook.reading import read
from storyarn_export.localization.formats.workbook.writing import writer

__all__ = ["read", "writer"]
