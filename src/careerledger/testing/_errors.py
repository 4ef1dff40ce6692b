"""Why a law fails, or says nothing."""


class ViolationError(Exception):
    """A projection or an event breaks a law; the text states what was compared."""


class InapplicableError(Exception):
    """A law says nothing about a case; the text is the reason."""
