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
