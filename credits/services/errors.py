"""The root of what can go wrong in `credits`; each error names what it is."""


class CreditsError(Exception):
    """The request about credits cannot be done."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or type(self).__doc__ or "")
