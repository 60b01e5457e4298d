-- Who was erased, for those whom a restored backup brings back: a keyed hash of their identifier, and no identity.
CREATE TABLE erasure (
    mark bytea CONSTRAINT erasure_pk PRIMARY KEY,
    erased_at timestamptz NOT NULL,
    CONSTRAINT erasure_mark_is_a_hash CHECK (length(mark) = 32)
);
