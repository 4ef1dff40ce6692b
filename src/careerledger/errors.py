"""Every error that careerledger raises, as one tree.

    CareerLedgerError
    ├── DefinitionError (TypeError)          an event or projection class that cannot work
    ├── DateError (ValueError)               text that is not a date of year, month or day precision
    ├── FieldError (ValueError)              a value that a fact cannot have
    ├── RecordError                          an event that the ledger refuses to record
    │   ├── FutureError (ValueError)         it has not happened yet
    │   ├── UnknownReferenceError (KeyError) it refers to something that nothing introduced
    │   ├── IntroducedTwiceError (ValueError) its id is taken
    │   ├── KeyReusedError (ValueError)      its import key already stands for other content
    │   └── CorrectionError (ValueError)     the entry cannot be corrected that way
    ├── ConflictError (RuntimeError)         the ledger grew since it was looked at
    ├── UnknownEntryError (KeyError)         no entry has that id
    ├── CodecError (ValueError)              bytes that are no entry, or an event without bytes
    ├── ForeignFileError (ValueError)        a file of another program that cannot be imported
    ├── ProofError (ValueError)              a proof, checkpoint or key that does not hold
    ├── MissingExtraError (ImportError)      an optional dependency is not installed
    └── StoreError (OSError)                 the place where ledgers live
        ├── NotALedgerError                  the file is something else
        ├── NewerFormatError                 a newer careerledger wrote it
        ├── ReadOnlyError (PermissionError)  it cannot be written
        ├── OverwriteError (FileExistsError) there is a file where a new one is to be
        ├── NetworkFileError                 it lies on a network file system
        ├── UnsafeFileError (PermissionError) others could read, change or swap it
        ├── LockedError (TimeoutError)       another program holds it for too long
        ├── ForkedError                      it was opened before a fork
        ├── ClosedError                      it was closed
        └── DamagedError                     what is stored does not fit together

Each leaf also is the builtin error that a caller would expect.
"""


class CareerLedgerError(Exception):
    """Something careerledger will not do; the message says what, where, and how to fix it."""

    def __str__(self) -> str:
        # KeyError would show the repr of its message, OSError its errno.
        return str(self.args[0]) if self.args else ""


class DefinitionError(CareerLedgerError, TypeError):
    """A class given to ``@event`` or ``@projection`` cannot work as written."""


class DateError(CareerLedgerError, ValueError):
    """A value is not a date of year, month or day precision."""


class FieldError(CareerLedgerError, ValueError):
    """A field of an event was given a value that the fact cannot have."""


class RecordError(CareerLedgerError):
    """The ledger refuses to record an event; nothing was written."""


class FutureError(RecordError, ValueError):
    """The event lies in the future."""


class UnknownReferenceError(RecordError, KeyError):
    """The event refers to an id that no entry introduced."""


class IntroducedTwiceError(RecordError, ValueError):
    """The event introduces an id that an earlier entry introduced."""


class KeyReusedError(RecordError, ValueError):
    """The import key already stands for an entry with other content."""


class CorrectionError(RecordError, ValueError):
    """The entry cannot be voided or amended."""


class ConflictError(CareerLedgerError, RuntimeError):
    """Someone else wrote to the ledger since the caller last looked."""


class UnknownEntryError(CareerLedgerError, KeyError):
    """The ledger has no entry with that id."""


class CodecError(CareerLedgerError, ValueError):
    """Bytes that cannot be read as an entry, or an event that cannot be written as bytes."""


class ForeignFileError(CareerLedgerError, ValueError):
    """A file of another program cannot be imported; nothing of it was recorded."""


class ProofError(CareerLedgerError, ValueError):
    """A proof, a checkpoint or a key is malformed, or does not hold."""


class MissingExtraError(CareerLedgerError, ImportError):
    """A feature needs an optional dependency that is not installed."""


class StoreError(CareerLedgerError, OSError):
    """The store cannot do what was asked; the ledger is as it was."""


class NotALedgerError(StoreError):
    """The file exists and is not a ledger file."""


class NewerFormatError(StoreError):
    """The file was written by a newer careerledger."""


class ReadOnlyError(StoreError, PermissionError):
    """The file or its folder cannot be written."""


class OverwriteError(StoreError, FileExistsError):
    """There is a file already where a new one is to be made."""


class NetworkFileError(StoreError):
    """The file lies on a network file system, where SQLite cannot lock safely."""


class UnsafeFileError(StoreError, PermissionError):
    """Others than the file's owner could read it, change it or put another in its place."""


class LockedError(StoreError, TimeoutError):
    """Another connection held the file for longer than the timeout."""


class ForkedError(StoreError):
    """A store that was opened before a fork was used after it."""


class ClosedError(StoreError):
    """A store was used after it was closed."""


class DamagedError(StoreError):
    """What the store holds does not fit together."""
