"""The variables of the environment, and what they may not be."""

# Each with the setting that it becomes.
VARIABLES = {
    "SECRET_KEY": "SECRET_KEY",
    "TICK": "TICK",
    "THREAD_PER_CONNECTION": "THREAD_PER_CONNECTION",
}
SET = {}  # without these, others are not read
BAD = [
    ("TICK", "fast"),
    ("TICK", "0"),
    ("TICK", "-1"),
    ("TICK", "nan"),
    ("TICK", "inf"),
    ("TICK", "61"),
    ("THREAD_PER_CONNECTION", "yes"),
    ("THREAD_PER_CONNECTION", "2"),
    ("THREAD_PER_CONNECTION", "true"),
]
