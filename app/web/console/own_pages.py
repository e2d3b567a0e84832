"""Says whether a form that names where to go next names a page of ours."""


def is_own(path: str) -> bool:
    """Whether this is a path on this server and nothing that a browser reads as another one's."""
    is_plain = path.isprintable() and "\\" not in path
    return is_plain and path.startswith("/") and not path.startswith("//")
