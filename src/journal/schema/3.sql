-- Version 3. Which file said what last, so that an older one cannot take it back.

-- As the file says of itself; NULL where it does not, or not to the second.
ALTER TABLE run ADD COLUMN formed_at TEXT;
-- What it states, where it says that this is all that 1C has: a later one that
-- states far less is looked at by a person.
ALTER TABLE run ADD COLUMN n_all_goods INTEGER;
ALTER TABLE run ADD COLUMN n_all_offers INTEGER;

-- The last run that stated the value, sent or found to be so already.
ALTER TABLE product_state ADD COLUMN price_by INTEGER;
ALTER TABLE product_state ADD COLUMN quantity_by INTEGER;
ALTER TABLE product_state ADD COLUMN name_by INTEGER;
ALTER TABLE order_status ADD COLUMN status_by INTEGER;
ALTER TABLE pending ADD COLUMN price_by INTEGER;
ALTER TABLE pending ADD COLUMN quantity_by INTEGER;

-- Those that wait are asked for with each file.
CREATE INDEX run_by_state ON run (exchange, state);

-- What was known before it came into doubt: no ground to leave a change out, but
-- enough for the guard rails to measure one.
ALTER TABLE product_state ADD COLUMN last_price TEXT;
ALTER TABLE product_state ADD COLUMN last_quantity INTEGER;

-- How many products in stock the run was to sell out: portions of one export are
-- measured together.
ALTER TABLE run ADD COLUMN n_zeroed INTEGER NOT NULL DEFAULT 0;
-- Its archive has been taken apart.
ALTER TABLE run ADD COLUMN is_unpacked INTEGER NOT NULL DEFAULT 0;

-- The run that first named the id; rejected, it takes it back.
ALTER TABLE identity ADD COLUMN first_run INTEGER;
CREATE INDEX identity_by_first_run ON identity (first_run) WHERE first_run IS NOT NULL;

-- When the shop failed to add it.
ALTER TABLE never_added ADD COLUMN failed_at TEXT;

-- The last run that spoke of an article, whether or not anything is known of it.
CREATE TABLE stated (
    exchange  TEXT NOT NULL,
    match_key TEXT NOT NULL,
    run       INTEGER NOT NULL,
    PRIMARY KEY (exchange, match_key)
) STRICT, WITHOUT ROWID;

-- Outboxes that were marked: without its mark, such a folder is a share that is away.
CREATE TABLE outbox (
    exchange TEXT NOT NULL,
    path     TEXT NOT NULL,
    PRIMARY KEY (exchange, path)
) STRICT, WITHOUT ROWID;
