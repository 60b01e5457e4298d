-- Whom a profile is shared with: an address, so that nothing here tells whether it has an account. A share that was
-- taken back stays for what was viewed under it.
CREATE TABLE share (
    share_id uuid CONSTRAINT share_pk PRIMARY KEY,
    assessment_id uuid NOT NULL,
    advisor_email text,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT share_assessment_fk FOREIGN KEY (assessment_id) REFERENCES assessment ON DELETE CASCADE,
    CONSTRAINT share_standing_named CHECK (advisor_email IS NOT NULL OR revoked_at IS NOT NULL)
);
CREATE UNIQUE INDEX share_standing_key ON share (assessment_id, advisor_email) WHERE revoked_at IS NULL;
CREATE INDEX share_assessment_ix ON share (assessment_id);
CREATE INDEX share_advisor_ix ON share (advisor_email, share_id);

-- Each time that somebody other than the learner read the profile or its recommendations.
CREATE TABLE profile_view (
    view_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT profile_view_pk PRIMARY KEY,
    share_id uuid NOT NULL,
    viewed_at timestamptz NOT NULL,
    CONSTRAINT profile_view_share_fk FOREIGN KEY (share_id) REFERENCES share ON DELETE CASCADE
);
CREATE INDEX profile_view_share_ix ON profile_view (share_id, viewed_at);

-- Whoever's account goes, goes by name from what was shared with them; that it was viewed, and when, stays.
CREATE FUNCTION forget_advisor() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE share SET advisor_email = NULL, revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE advisor_email = OLD.email;
    RETURN NULL;
END
$body$;
CREATE TRIGGER account_leaves_shares AFTER DELETE ON account FOR EACH ROW EXECUTE FUNCTION forget_advisor();
