-- Version 1. Every row carries the exchange it belongs to: one journal serves
-- all exchanges of a service. Times are local, `YYYY-MM-DD HH:MM:SS`.

-- One carrying of one file.
CREATE TABLE run (
    id          INTEGER PRIMARY KEY,
    exchange    TEXT NOT NULL,
    file        TEXT NOT NULL,
    -- Of the content: names repeat every quarter of an hour.
    hash        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    state       TEXT NOT NULL,
    note        TEXT,
    attempts    INTEGER NOT NULL DEFAULT 1,
    retry_at    TEXT,
    started_at  TEXT NOT NULL,
    finished_at TEXT
) STRICT;
CREATE INDEX run_by_hash ON run (exchange, hash, state);

-- What became of each statement of each row.
CREATE TABLE outcome (
    run     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    line    INTEGER NOT NULL,
    key     TEXT NOT NULL,
    field   TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail  TEXT,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- A call of the shop, written down before it is made.
CREATE TABLE call (
    id          INTEGER PRIMARY KEY,
    exchange    TEXT NOT NULL,
    run         INTEGER REFERENCES run (id) ON DELETE CASCADE,
    function    TEXT NOT NULL,
    state       TEXT NOT NULL,
    error       TEXT,
    intended_at TEXT NOT NULL,
    answered_at TEXT
) STRICT;
CREATE INDEX call_by_state ON call (exchange, state);

-- What a call is about: an article or an order, and the new value.
CREATE TABLE call_entry (
    call  INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

-- The articles that the shop has, as it last listed them.
CREATE TABLE article (
    exchange  TEXT NOT NULL,
    match_key TEXT NOT NULL,
    sku       TEXT NOT NULL,
    PRIMARY KEY (exchange, match_key)
) STRICT, WITHOUT ROWID;

-- What the shop last confirmed; NULL where a call is open or nothing was confirmed.
CREATE TABLE product_state (
    exchange     TEXT NOT NULL,
    match_key    TEXT NOT NULL,
    price        TEXT,
    quantity     INTEGER,
    name         TEXT,
    confirmed_at TEXT,
    PRIMARY KEY (exchange, match_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_status (
    exchange     TEXT NOT NULL,
    order_id     INTEGER NOT NULL,
    status_id    INTEGER,
    confirmed_at TEXT,
    PRIMARY KEY (exchange, order_id)
) STRICT, WITHOUT ROWID;

-- 1C's Ид and the article that it goes by in the shop.
CREATE TABLE identity (
    exchange TEXT NOT NULL,
    item     TEXT NOT NULL,
    sku      TEXT,
    -- The article as the shop compares it.
    match_key TEXT,
    barcode  TEXT,
    name     TEXT,
    seen_at  TEXT NOT NULL,
    PRIMARY KEY (exchange, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_by_key ON identity (exchange, match_key);

-- Prices and stock whose article is not known yet: applied when a goods file names it.
CREATE TABLE pending (
    exchange TEXT NOT NULL,
    item     TEXT NOT NULL,
    price    TEXT,
    quantity INTEGER,
    since    TEXT NOT NULL,
    -- Whether a person has been told that the goods file is overdue.
    is_told  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (exchange, item)
) STRICT, WITHOUT ROWID;

-- Price types and warehouses: later files name them by id alone.
CREATE TABLE reference (
    exchange TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (exchange, kind, id)
) STRICT, WITHOUT ROWID;

-- Each order of the shop, from seen to confirmed.
CREATE TABLE order_ledger (
    exchange     TEXT NOT NULL,
    order_id     INTEGER NOT NULL,
    state        TEXT NOT NULL,
    file         TEXT,
    reason       TEXT,
    seen_at      TEXT NOT NULL,
    written_at   TEXT,
    taken_at     TEXT,
    confirmed_at TEXT,
    PRIMARY KEY (exchange, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_ledger_by_state ON order_ledger (exchange, state);

-- When a scheduled job last ran.
CREATE TABLE schedule (
    exchange TEXT NOT NULL,
    job      TEXT NOT NULL,
    ran_at   TEXT NOT NULL,
    PRIMARY KEY (exchange, job)
) STRICT, WITHOUT ROWID;
