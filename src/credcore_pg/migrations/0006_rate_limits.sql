-- When a subject's tries would all have been due (GCRA). Logged, so that a crash forgives nobody; a row whose moment is
-- past says nothing any more and goes. `admitted` is how the last try was judged: the statement answers with it.
CREATE TABLE rate_limit (
    subject bytea CONSTRAINT rate_limit_pk PRIMARY KEY,
    due_at timestamptz NOT NULL,
    admitted boolean NOT NULL
);
CREATE INDEX rate_limit_due_ix ON rate_limit (due_at);
