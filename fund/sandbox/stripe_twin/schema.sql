CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (account, id)
);
CREATE INDEX IF NOT EXISTS object_newest ON object (account, kind, created, seq);
CREATE INDEX IF NOT EXISTS object_reference
    ON object (account, json_extract(doc, '$.client_reference_id'))
    WHERE kind = 'checkout.session';
CREATE INDEX IF NOT EXISTS object_payout
    ON object (account, json_extract(doc, '$._payout'))
    WHERE kind = 'balance_transaction';

CREATE INDEX IF NOT EXISTS object_due
    ON object (account, json_extract(doc, '$._due_at'))
    WHERE kind IN ('subscription', 'invoice');
CREATE INDEX IF NOT EXISTS object_invoice
    ON object (account, json_extract(doc, '$.invoice'))
    WHERE kind = 'invoice_payment';
CREATE INDEX IF NOT EXISTS object_payment
    ON object (account, json_extract(doc, '$.payment.payment_intent'))
    WHERE kind = 'invoice_payment';

CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL,
    rank INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dropped', 'failed')),
    answer TEXT
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (account, due_at) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (account, event);

CREATE TABLE IF NOT EXISTS version (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    doc TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS version_of ON version (account, id, seq);

CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (account, key)
);

CREATE TABLE IF NOT EXISTS errand (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    due_at REAL NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS switch (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_id ON object (id);
