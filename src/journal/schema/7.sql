-- Version 7. What a person elsewhere has been told of, so that it is told once.

CREATE TABLE notice (
    exchange TEXT NOT NULL,
    -- What it is about; the row goes when that is over.
    occasion TEXT NOT NULL,
    since    TEXT NOT NULL,
    -- NULL until the receiver has taken it.
    told_at  TEXT,
    PRIMARY KEY (exchange, occasion)
) STRICT, WITHOUT ROWID;
