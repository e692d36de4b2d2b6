-- Rows hang on their connection: they go with it, and none can be added once it is gone.
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS connections (
    user_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'ok',  -- 'reauthorise': the customer must connect again; 'trouble': tried again at the next run
    note TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS accounts (
    user_id TEXT NOT NULL REFERENCES connections ON DELETE CASCADE,
    id INTEGER NOT NULL,
    name TEXT,
    balance TEXT,
    synced_until TEXT,
    note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, id)
);
CREATE TABLE IF NOT EXISTS payments (
    user_id TEXT NOT NULL REFERENCES connections ON DELETE CASCADE,
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    created TEXT,
    amount TEXT,  -- decimal text, never a float
    currency TEXT,
    description TEXT,
    PRIMARY KEY (user_id, id)
);
CREATE TABLE IF NOT EXISTS orders (
    key TEXT PRIMARY KEY,  -- the Idempotency-Key
    user_id TEXT NOT NULL REFERENCES connections ON DELETE CASCADE,
    kind TEXT NOT NULL,
    account_id INTEGER,
    body TEXT NOT NULL,
    stored_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    bunq_id INTEGER,
    status TEXT NOT NULL DEFAULT 'unsent',
    note TEXT NOT NULL DEFAULT ''
);
CREATE VIEW IF NOT EXISTS open_orders AS
    SELECT * FROM orders WHERE status NOT IN ('LAPSED', 'REFUSED', 'ACCEPTED', 'REJECTED', 'REVOKED', 'CANCELLED', 'EXPIRED');
-- The API remembers a key for 30 days. Later the same key would be a new order.
CREATE VIEW IF NOT EXISTS lapsed_orders AS
    SELECT * FROM orders WHERE status = 'unsent' AND stored_at < datetime('now', '-29 days');
