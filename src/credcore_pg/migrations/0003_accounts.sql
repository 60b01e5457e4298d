-- Consent is kept with the text that it was given to. Accounts from before said it to the first one.
ALTER TABLE account
    ADD COLUMN ai_consent_version text,
    ADD COLUMN password_set_at timestamptz,
    ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
UPDATE account SET ai_consent_version = '2026-11-22' WHERE ai_consent_at IS NOT NULL;

-- Where a sign-in came from, for its owner to know it again.
ALTER TABLE token_family
    ADD COLUMN refreshed_at timestamptz,
    ADD COLUMN address text,
    ADD COLUMN agent text;
CREATE INDEX token_family_revoked_ix ON token_family (revoked_at) WHERE revoked_at IS NOT NULL;

-- `last_step` only grows: a one-time code, and all before it, count once.
CREATE TABLE second_factor (
    principal_id uuid CONSTRAINT second_factor_pk PRIMARY KEY,
    secret text NOT NULL,
    begun_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0,
    CONSTRAINT second_factor_account_fk FOREIGN KEY (principal_id) REFERENCES account ON DELETE CASCADE
);

CREATE TABLE recovery_code (
    principal_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    spent_at timestamptz,
    CONSTRAINT recovery_code_pk PRIMARY KEY (principal_id, code_hash),
    CONSTRAINT recovery_code_factor_fk FOREIGN KEY (principal_id) REFERENCES second_factor ON DELETE CASCADE
);

-- A person has one at most; spending it deletes it.
CREATE TABLE password_reset (
    principal_id uuid CONSTRAINT password_reset_pk PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT password_reset_token_key UNIQUE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT password_reset_account_fk FOREIGN KEY (principal_id) REFERENCES account ON DELETE CASCADE
);

-- Entries outlive whom they are about, without saying any more who that was.
CREATE TABLE audit_entry (
    entry_id uuid CONSTRAINT audit_entry_pk PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    by_operator boolean NOT NULL,
    deed text NOT NULL,
    subject_id uuid,
    detail text NOT NULL,
    address text,
    CONSTRAINT audit_entry_actor_fk FOREIGN KEY (actor_id) REFERENCES principal ON DELETE SET NULL,
    CONSTRAINT audit_entry_subject_fk FOREIGN KEY (subject_id) REFERENCES principal ON DELETE SET NULL
);
CREATE INDEX audit_entry_actor_ix ON audit_entry (actor_id);
CREATE INDEX audit_entry_subject_ix ON audit_entry (subject_id);

-- What remains of erased people's assessments: how many there were.
CREATE TABLE erased_assessments (
    started_on date NOT NULL,
    role text NOT NULL,
    form text NOT NULL,
    status text NOT NULL CONSTRAINT erased_assessments_status_known CHECK (status IN ('completed', 'unfinished')),
    count bigint NOT NULL CONSTRAINT erased_assessments_counted CHECK (count > 0),
    CONSTRAINT erased_assessments_pk PRIMARY KEY (started_on, role, form, status)
);
