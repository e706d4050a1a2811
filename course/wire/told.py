"""The rows of a step in the order in which its story is told.

Connections of several processes report at the same time: the order between them is
another one in every run. That of one connection's reports is always the same. So a
transcript goes by the story: where the story waits for a row, there stands what the
handler did that the row is of.

What a server does for nobody alone is waited for, too: a transaction that several
connections' handlers wait for. What these do after it is told after it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from course.wire.row import NOBODY, Row


def as_told(rows: Iterable[Row], looked_at: Sequence[Row]) -> list[Row]:
    """Return rows in an order that is the same in every run.

    Args:
        rows: The rows, those of each connection in the order of its reports.
        looked_at: The rows that the story has waited for, in its order.
    """
    marks = {id(row) for row in looked_at}
    blocks: dict[tuple[str, int], list[list[Row]]] = {}
    cuts: Counter[int] = Counter()  # by server: how many such rows there were
    last: dict[tuple[str, int], int] = {}  # by connection: at its latest block's start
    for row in rows:
        key = key_of(row)
        of_one = blocks.setdefault(key, [])
        cut = bool(row.browser and row.server) and cuts[row.server] > last.get(key, 0)
        if row.starts or cut or not of_one:
            of_one.append([])
            last[key] = cuts[row.server]
        of_one[-1].append(row)
        cuts[row.server] += row.browser == NOBODY and id(row) in marks
    told: list[Row] = []
    for mark in looked_at:
        of_one = blocks.get(key_of(mark), [])
        if not any(row is mark for block in of_one for row in block):
            continue  # its handler's rows are told already
        for block in list(of_one):
            own = any(row is mark for row in block)
            if own or not any(id(row) in marks for row in block):
                told += block
                of_one[:] = [other for other in of_one if other is not block]
            if own:
                break
    # The ports are other ones in every run.
    for connection in sorted(blocks, key=lambda each: (each[0], -min(each[1], 0))):
        for block in blocks[connection]:
            told += block
    return told


def key_of(row: Row) -> tuple[str, int]:
    """Return which connection a row is of, or which server if it is of none."""
    return row.browser, row.client or -row.server
