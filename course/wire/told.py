"""The rows of a step in the order in which its story is told.

Connections of several processes report at the same time: the order between them is
another one in every run. That of one connection's reports is always the same. So a
transcript goes by the story: where the story waits for a row, there stands what the
handler did that the row is of.
"""

from collections.abc import Iterable, Sequence

from course.wire.row import Row


def as_told(rows: Iterable[Row], looked_at: Sequence[Row]) -> list[Row]:
    """Return rows in an order that is the same in every run.

    Args:
        rows: The rows, those of each connection in the order of its reports.
        looked_at: The rows that the story has waited for, in its order.
    """
    blocks: dict[tuple[str, int], list[list[Row]]] = {}
    for row in rows:
        of_one = blocks.setdefault((row.browser, row.client), [])
        if row.starts or not of_one:
            of_one.append([])
        of_one[-1].append(row)
    marks = {id(row) for row in looked_at}
    told: list[Row] = []
    for mark in looked_at:
        of_one = blocks.get((mark.browser, mark.client), [])
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
    for connection in sorted(blocks, key=lambda connection: connection[0]):
        for block in blocks[connection]:
            told += block
    return told
