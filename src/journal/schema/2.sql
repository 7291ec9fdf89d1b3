-- Version 2. Files of orders under a fixed name, and orders changed in the shop.

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
