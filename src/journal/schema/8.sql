-- Version 8. What a product has several of: prices of customer groups, and variants.

-- By the name of the thing as the shop compares it: what the shop last confirmed of it;
-- NULL where a call is open. `said_by` is the last run that stated it.
CREATE TABLE told (
    exchange  TEXT NOT NULL,
    field     TEXT NOT NULL,
    key       TEXT NOT NULL,
    -- Of the product.
    match_key TEXT NOT NULL,
    value     TEXT,
    said_by   INTEGER,
    PRIMARY KEY (exchange, field, key)
) STRICT, WITHOUT ROWID;
