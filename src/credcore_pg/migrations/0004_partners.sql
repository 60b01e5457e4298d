-- A platform that calls for its own learners; its principal says whether its tokens count.
CREATE TABLE partner (
    principal_id uuid CONSTRAINT partner_pk PRIMARY KEY,
    name text NOT NULL CONSTRAINT partner_name_key UNIQUE,
    created_at timestamptz NOT NULL,
    CONSTRAINT partner_principal_fk FOREIGN KEY (principal_id) REFERENCES principal ON DELETE CASCADE
);

CREATE TABLE partner_client (
    client_id uuid CONSTRAINT partner_client_pk PRIMARY KEY,
    partner_id uuid NOT NULL,
    scopes text[] NOT NULL
        CONSTRAINT partner_client_scopes_known CHECK (
            scopes <@ ARRAY['assessments:write', 'profiles:read', 'recommendations:read'] AND scopes <> '{}'
        ),
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT partner_client_partner_fk FOREIGN KEY (partner_id) REFERENCES partner ON DELETE CASCADE
);
CREATE INDEX partner_client_partner_ix ON partner_client (partner_id);

-- Several at a time, so that one can be replaced without an outage. Only hashes are kept: 256 random bits need no more.
CREATE TABLE client_secret (
    secret_hash bytea CONSTRAINT client_secret_pk PRIMARY KEY,
    client_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    CONSTRAINT client_secret_client_fk FOREIGN KEY (client_id) REFERENCES partner_client ON DELETE CASCADE
);
CREATE INDEX client_secret_client_ix ON client_secret (client_id);
