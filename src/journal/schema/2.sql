-- Version 2. Files of orders under a fixed name, orders changed in the shop, guard
-- rails, full exports, and goods whose stock an order moves.

-- A person said that it may do what the guard rails forbid.
ALTER TABLE run ADD COLUMN is_approved INTEGER NOT NULL DEFAULT 0;

-- A full export whose portions may still be coming: its first run, and when the
-- latest portion was carried.
CREATE TABLE full_export (
    exchange TEXT PRIMARY KEY,
    run      INTEGER NOT NULL,
    at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The goods of an order: a change of its status moves their stock.
CREATE TABLE order_goods (
    exchange  TEXT NOT NULL,
    order_id  INTEGER NOT NULL,
    match_key TEXT NOT NULL,
    PRIMARY KEY (exchange, order_id, match_key)
) STRICT, WITHOUT ROWID;

-- Articles that the shop said it had added, and then did not have.
CREATE TABLE never_added (
    exchange  TEXT NOT NULL,
    match_key TEXT NOT NULL,
    PRIMARY KEY (exchange, match_key)
) STRICT, WITHOUT ROWID;

-- Of the order as it was last written, without its status.
ALTER TABLE order_ledger ADD COLUMN digest TEXT;

-- The text of each order in a file that 1C has not taken yet: the next file of
-- that name must hold it again, and the shop may not list the order any more.
-- It holds the buyer's data, and goes as soon as the order is taken or confirmed.
CREATE TABLE order_document (
    exchange TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    file     TEXT NOT NULL,
    xml      TEXT NOT NULL,
    PRIMARY KEY (exchange, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_document_by_file ON order_document (exchange, file);
