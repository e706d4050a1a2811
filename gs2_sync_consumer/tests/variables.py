"""The variables of the environment, and what they may not be."""

# Each with the setting that it becomes.
VARIABLES = {
    "SECRET_KEY": "SECRET_KEY",
    "TICK": "TICK",
}
SET = {}  # without these, others are not read
BAD = [
    ("TICK", "fast"),
    ("TICK", "0"),
    ("TICK", "-1"),
    ("TICK", "nan"),
    ("TICK", "inf"),
    ("TICK", "61"),
]
