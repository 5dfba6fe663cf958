"""Text that neither a spreadsheet nor a terminal takes for a command.

A cell that begins with one of ``= + - @``, a tab or a carriage return is a formula to a spreadsheet that opens a CSV
file (https://owasp.org/www-community/attacks/CSV_Injection). Control characters move a terminal's cursor and forge
lines.
"""

import pyarrow as pa

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count in some languages


def visible(text: str) -> str:
    r"""Return text with control and invisible characters as escapes, for a cell that is text by its type.

    >>> visible("=1+1"), visible("a\x1b[2Jb")
    ('=1+1', 'a\\x1b[2Jb')
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def quoted(text: str) -> str:
    r"""Return text as ``visible`` does, with an apostrophe before what a spreadsheet would take for a formula.

    >>> quoted("=1+1"), quoted(" \t=1"), quoted("oven-1")
    ("'=1+1", "' \\t=1", 'oven-1')
    """
    return f"'{visible(text)}" if text.lstrip(" ").startswith(_STARTS) else visible(text)


def safe_texts(table: pa.Table) -> pa.Table:
    """Return a table whose texts are safe in a CSV file."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(place, field, _quoted_column(table.column(place)))
    return table


def _quoted_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each text once, however often it stands there."""
    coded = column.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = pa.array([quoted(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([texts.take(coded.indices)])
