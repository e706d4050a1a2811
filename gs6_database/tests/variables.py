"""The variables of the environment, and what they may not be."""

# Each with the setting that it becomes.
VARIABLES = {
    "SECRET_KEY": "SECRET_KEY",
    "REDIS_URL": "LAYER",
    "REDIS_LAYER": "LAYER",
    "REDIS_PREFIX": "PREFIX",
    "SECRET_KEY_FALLBACKS": "SECRET_KEY_FALLBACKS",
    "RATE": "RATE",
    "SESSION_CHECK_SECONDS": "SESSION_CHECK_SECONDS",
    "ALLOWED_ORIGINS": "ALLOWED_ORIGINS",
    "DATABASE_URL": "DATABASES",
    "DATABASE_PATIENCE": "DATABASE_PATIENCE",
    "LEASE_SECONDS": "LEASE_SECONDS",
}
SET = {"REDIS_URL": "redis://127.0.0.1:6379"}  # without these, others are not read
BAD = [
    ("REDIS_LAYER", "redis"),
    ("REDIS_LAYER", "PubSub"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "http://localhost"),
    ("REDIS_URL", "redis://localhost?db=one"),
    ("REDIS_URL", "redis://localhost/one"),
    ("RATE", "many"),
    ("RATE", "0"),
    ("RATE", "-1"),
    ("RATE", "2.5"),
    ("RATE", "1000001"),
    ("SESSION_CHECK_SECONDS", "never"),
    ("SESSION_CHECK_SECONDS", "0"),
    ("SESSION_CHECK_SECONDS", "-1"),
    ("SESSION_CHECK_SECONDS", "nan"),
    ("SESSION_CHECK_SECONDS", "86401"),
    ("LEASE_SECONDS", "long"),
    ("LEASE_SECONDS", "0"),
    ("LEASE_SECONDS", "inf"),
    ("LEASE_SECONDS", "-45"),
    ("DATABASE_PATIENCE", "none"),
    ("DATABASE_PATIENCE", "0"),
    ("DATABASE_PATIENCE", "3601"),
    ("DATABASE_URL", "postgers://localhost/chat"),
    ("DATABASE_URL", "db.sqlite3"),
]
