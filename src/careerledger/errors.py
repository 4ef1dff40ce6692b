"""All errors that careerledger raises, as one tree.

    CareerLedgerError
    ├── ArgumentError (TypeError, ValueError) an argument of a call has a wrong type or value
    ├── DefinitionError (TypeError)          an event or projection class is invalid
    ├── DateError (ValueError)               a value is not a date or an instant
    ├── FieldError (ValueError)              an event field has an invalid value
    │   └── FieldNameError (TypeError)       an event has no such field, or lacks one
    ├── RecordError                          the ledger refuses to record an event
    │   ├── FutureError (ValueError)         the event lies in the future
    │   ├── UnknownReferenceError (KeyError) the event refers to an unknown id
    │   ├── IntroducedTwiceError (ValueError) the event's id is already taken
    │   ├── KeyReusedError (ValueError)      the import key belongs to other content
    │   ├── KeyVoidedError (ValueError)      the import key belongs to an entry that was voided
    │   ├── OrderError (ValueError)          something ends or changes before it begins
    │   └── CorrectionError (ValueError)     the entry cannot be corrected that way
    │       └── ReferencedError              other entries refer to the id that it would remove
    ├── ConflictError (RuntimeError)         someone else wrote to the ledger meanwhile
    ├── UnknownEntryError (KeyError)         no entry has that id
    ├── CodecError (ValueError)              bytes are not an entry, or an event has no byte form
    ├── ForeignFileError (ValueError)        another program's file cannot be imported
    ├── ProofError (ValueError)              a proof, checkpoint or key is invalid
    ├── MissingExtraError (ImportError)      an optional dependency is not installed
    └── StoreError (OSError)                 a store cannot do its work
        ├── NotALedgerError                  the file is not a ledger
        ├── NewerFormatError                 a newer careerledger wrote the file
        ├── ReadOnlyError (PermissionError)  the file cannot be written
        ├── OverwriteError (FileExistsError) the file already exists
        ├── NetworkFileError                 the file is on a network file system
        ├── UnsafeFileError (PermissionError) other users could read, change or replace the file
        ├── LockedError (TimeoutError)       another connection held the lock for too long
        ├── ForkedError                      the store was opened before a fork
        ├── ClosedError                      the store is closed
        └── DamagedError                     the stored data is inconsistent

Each leaf is also the builtin error that a caller would expect.
"""

from typing import Any


class CareerLedgerError(Exception):
    """The base of all errors; the message says what is wrong, where, and how to fix it."""

    def __str__(self) -> str:
        # KeyError would show the repr of its message, and OSError its errno.
        return str(self.args[0]) if self.args else ""


class ArgumentError(CareerLedgerError, TypeError, ValueError):
    """An argument of a call has a wrong type or value."""


class DefinitionError(CareerLedgerError, TypeError):
    """An event or projection class is invalid, or lacks what a question asks for."""


class ForgottenWarning(UserWarning):
    """An import has personal data about someone who was forgotten; it was left out."""


class DateError(CareerLedgerError, ValueError):
    """A value is not a date of year, month or day precision, or not an instant."""


class FieldError(CareerLedgerError, ValueError):
    """A field of an event has an invalid value."""


class FieldNameError(FieldError, TypeError):
    """An event was built with a field that it does not have, or without one that it needs."""


class RecordError(CareerLedgerError):
    """The ledger refuses to record an event, and has written nothing."""


class FutureError(RecordError, ValueError):
    """The event lies in the future."""


class UnknownReferenceError(RecordError, KeyError):
    """The event refers to an id that no entry introduces."""


class IntroducedTwiceError(RecordError, ValueError):
    """The event introduces an id that an earlier entry already introduced."""


class KeyReusedError(RecordError, ValueError):
    """The import key already belongs to an entry with other content."""


class KeyVoidedError(RecordError, ValueError):
    """The import key belongs to an entry that was voided."""


class OrderError(RecordError, ValueError):
    """Something would end or change before it begins."""


class CorrectionError(RecordError, ValueError):
    """The entry cannot be voided or amended that way."""


class ReferencedError(CorrectionError):
    """Other entries refer to the id that the correction would remove."""

    entries: tuple[Any, ...] = ()
    """These entries, as they were recorded."""


class ConflictError(CareerLedgerError, RuntimeError):
    """Someone else wrote to the ledger since the caller last read it."""


class UnknownEntryError(CareerLedgerError, KeyError):
    """The ledger has no entry with that id."""


class CodecError(CareerLedgerError, ValueError):
    """Bytes cannot be read as an entry, or an event cannot be written as bytes."""


class ForeignFileError(CareerLedgerError, ValueError):
    """Another program's file cannot be imported; nothing was recorded from it."""


class ProofError(CareerLedgerError, ValueError):
    """A proof, checkpoint or key is malformed or invalid."""


class MissingExtraError(CareerLedgerError, ImportError):
    """A feature needs an optional dependency that is not installed."""


class StoreError(CareerLedgerError, OSError):
    """The store cannot do what was asked, and has left the ledger unchanged."""


class NotALedgerError(StoreError):
    """The file exists but is not a ledger."""


class NewerFormatError(StoreError):
    """The file was written by a newer careerledger."""


class ReadOnlyError(StoreError, PermissionError):
    """The file or its folder cannot be written."""


class OverwriteError(StoreError, FileExistsError):
    """The file to be written already exists."""


class NetworkFileError(StoreError):
    """The file is on a network file system, where SQLite cannot lock reliably."""


class UnsafeFileError(StoreError, PermissionError):
    """Users other than the file's owner could read, change or replace it."""


class LockedError(StoreError, TimeoutError):
    """Another connection held the lock for longer than the timeout."""


class ForkedError(StoreError):
    """A store that was opened before a fork was used after it."""


class ClosedError(StoreError):
    """A store was used after it was closed."""


class DamagedError(StoreError):
    """The stored data is inconsistent."""
