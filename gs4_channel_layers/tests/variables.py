"""The variables of the environment, and what they may not be."""

# Each with the setting that it becomes.
VARIABLES = {
    "SECRET_KEY": "SECRET_KEY",
    "REDIS_URL": "LAYER",
    "REDIS_LAYER": "LAYER",
    "REDIS_PREFIX": "PREFIX",
}
SET = {"REDIS_URL": "redis://127.0.0.1:6379"}  # without these, others are not read
BAD = [
    ("REDIS_LAYER", "redis"),
    ("REDIS_LAYER", "PubSub"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "http://localhost"),
    ("REDIS_URL", "redis://localhost?db=one"),
    ("REDIS_URL", "redis://localhost/one"),
]
