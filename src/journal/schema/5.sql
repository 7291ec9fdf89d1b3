-- Version 5. What goods are shown with.

-- A digest of the details that the shop last confirmed, and whose word they are.
ALTER TABLE product_state ADD COLUMN details TEXT;
ALTER TABLE product_state ADD COLUMN details_by INTEGER;

-- Groups of 1C that the shop has confirmed as categories.
CREATE TABLE category (
    exchange TEXT NOT NULL,
    guid     TEXT NOT NULL,
    parent   TEXT,
    name     TEXT NOT NULL,
    PRIMARY KEY (exchange, guid)
) STRICT, WITHOUT ROWID;

-- The pictures of a product, the main one first, a line for each.
CREATE TABLE pictures (
    exchange  TEXT NOT NULL,
    match_key TEXT NOT NULL,
    sku       TEXT NOT NULL,
    -- Where the file lay that named them; below the inbox, or an absolute path.
    folder    TEXT NOT NULL,
    names     TEXT NOT NULL,
    -- 'new': a file has named them; 'waits': some are not there yet; 'done'.
    state     TEXT NOT NULL,
    -- Their paths in the shop, as it last confirmed them.
    told      TEXT NOT NULL DEFAULT '',
    named_at  TEXT NOT NULL,
    PRIMARY KEY (exchange, match_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX pictures_by_state ON pictures (exchange, state);

-- A file of a picture as it was when it was last read, and what became of it.
CREATE TABLE picture_file (
    exchange TEXT NOT NULL,
    name     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    modified TEXT NOT NULL,
    digest   TEXT NOT NULL,
    -- In the shop; NULL where it does not take it, and then why.
    path     TEXT,
    fault    TEXT,
    PRIMARY KEY (exchange, name)
) STRICT, WITHOUT ROWID;
