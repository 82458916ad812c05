"""Many numbers as one parameter of a query."""

from collections.abc import Iterable


def as_array(numbers: Iterable[int]) -> str:
    """``numbers`` as PostgreSQL writes an array (Arrays, "Array Value Input").

    For thousands of numbers this takes a tenth of the time of a list, which the driver looks
    through number by number.
    """
    return f"{{{','.join(map(str, numbers))}}}"
