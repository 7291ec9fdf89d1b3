-- Version 4. Calls that can be repeated to the letter.

-- The batch as it went to our own module, its request id included: the same again gets
-- the same answer. Kept until the answer is known.
ALTER TABLE call ADD COLUMN batch TEXT;
