"""The names of pictures that we serve, and of their smaller forms."""


def name_of_smaller(name: str, width: int) -> str:
    """Return the name of a smaller form of a picture, `width` in pixels."""
    return f"{name.partition('.')[0]}-{width}.webp"
