-- Version 10. What a file takes away, until it is known whether it is rejected; and whose word pictures are.

-- The article that an id had until this run's file marked it as deleted.
ALTER TABLE identity ADD COLUMN had_sku TEXT;
ALTER TABLE identity ADD COLUMN had_match_key TEXT;
ALTER TABLE identity ADD COLUMN forgotten_by INTEGER;
CREATE INDEX identity_by_forgotten ON identity (forgotten_by) WHERE forgotten_by IS NOT NULL;

-- The last run that named them.
ALTER TABLE pictures ADD COLUMN named_by INTEGER;
