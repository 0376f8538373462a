"""Papers of a survivor: taken in, sealed, stored outside the database, opened on record."""

from fund.survivors.documents.intake import LARGEST_BYTES, Upload, accept_upload
from fund.survivors.documents.storing import (
    PendingDocument,
    begin_document,
    finish_document,
    open_document,
    record_document_read,
    store_document,
)

__all__ = [
    "LARGEST_BYTES",
    "PendingDocument",
    "Upload",
    "accept_upload",
    "begin_document",
    "finish_document",
    "open_document",
    "record_document_read",
    "store_document",
]
