"""What may be shown of a connection's scope."""


def summary(scope):
    """Return a scope in JSON's types, with the names of headers and no values: a cookie
    is a header."""
    return {
        "path": scope["path"],
        "query_string": scope["query_string"].decode("latin-1"),
        "headers": [name.decode("latin-1") for name, value in scope["headers"]],
        "client": scope.get("client"),
        "subprotocols": scope["subprotocols"],
        "url_route": scope["url_route"],
    }
