"""A store in one SQLite file, made to be readable in thirty years with nothing but SQLite.

SQLite comes with apsw, which ships a current one on every machine.
"""

from careerledger.stores.sqlite.schema import APPLICATION_ID, FORMAT
from careerledger.stores.sqlite.store import SQLiteStore

__all__ = ["APPLICATION_ID", "FORMAT", "SQLiteStore"]
