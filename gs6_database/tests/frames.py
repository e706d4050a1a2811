"""What the database adds to the frames of a chat."""

STORED = ("ack", "history")  # the types of frames that are of the database alone
NUMBERS = ("seq", "client_id", "created")  # what it adds to the frames of a chat


def unnumbered(frame):
    """Return a frame without what the database adds to it."""
    return {key: value for key, value in frame.items() if key not in NUMBERS}
