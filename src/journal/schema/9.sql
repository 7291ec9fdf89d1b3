-- Version 9. An order that comes doubts the variants of its goods, which are looked up by product.

CREATE INDEX told_by_product ON told (exchange, field, match_key);
