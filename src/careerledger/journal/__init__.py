"""How entries are written and read back. ``Journal`` is one ledger in one store."""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.journal.read import Journal as Journal
from careerledger.stores import Place as Place, Query as Query, Snapshot as Snapshot

if TYPE_CHECKING:  # recording and asking do without
    from careerledger.journal.copy import (
        backup as backup,
        backup_all as backup_all,
        export_jsonl as export_jsonl,
        import_jsonl as import_jsonl,
    )
    from careerledger.journal.recover import Loss as Loss, recover_file as recover_file
    from careerledger.journal.verify import (
        prove_entry as prove_entry,
        verify_all as verify_all,
        verify_ledger as verify_ledger,
    )

__getattr__, __dir__ = on_demand(__name__)
