-- Version 6. What the page asks for, without reading through everything.

-- How many rows of a run came to what, noted when it ends.
CREATE TABLE run_tally (
    run     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    outcome TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (run, outcome)
) STRICT, WITHOUT ROWID;
INSERT INTO run_tally SELECT run, outcome, count(*) FROM outcome
    WHERE run IN (SELECT id FROM run WHERE state <> 'open') GROUP BY run, outcome;

CREATE INDEX run_by_start ON run (started_at);
-- Of the rows that something became of; most rows of an export change nothing.
CREATE INDEX outcome_by_kind ON outcome (run, outcome) WHERE outcome <> 'unchanged';
CREATE INDEX outcome_by_key ON outcome (key) WHERE outcome <> 'unchanged';
-- Also for the runs that are forgotten.
CREATE INDEX call_by_run ON call (run);
CREATE INDEX order_ledger_by_day ON order_ledger (seen_at);
