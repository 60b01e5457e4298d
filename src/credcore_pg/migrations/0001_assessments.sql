-- Whoever can call. One row says whether a token of theirs still counts; everything of a person hangs on it.
CREATE TABLE principal (
    principal_id uuid CONSTRAINT principal_pk PRIMARY KEY,
    kind text NOT NULL CONSTRAINT principal_kind_known CHECK (kind IN ('user', 'partner')),
    token_epoch integer NOT NULL DEFAULT 1 CONSTRAINT principal_epoch_positive CHECK (token_epoch > 0),
    disabled_at timestamptz
);

CREATE TABLE account (
    principal_id uuid CONSTRAINT account_pk PRIMARY KEY,
    email text NOT NULL CONSTRAINT account_email_key UNIQUE,
    name text NOT NULL,
    role text NOT NULL CONSTRAINT account_role_known CHECK (role IN ('student', 'advisor', 'admin')),
    ai_consent boolean NOT NULL,
    ai_consent_at timestamptz,
    created_at timestamptz NOT NULL,
    password_hash text NOT NULL,
    CONSTRAINT account_principal_fk FOREIGN KEY (principal_id) REFERENCES principal ON DELETE CASCADE,
    CONSTRAINT account_consent_dated CHECK (NOT ai_consent OR ai_consent_at IS NOT NULL)
);

-- One family is one log-in; its tokens follow each other. Only hashes of tokens are kept.
CREATE TABLE token_family (
    family_id uuid CONSTRAINT token_family_pk PRIMARY KEY,
    account_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT token_family_account_fk FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX token_family_account_ix ON token_family (account_id, started_at);

CREATE TABLE refresh_token (
    token_hash bytea CONSTRAINT refresh_token_pk PRIMARY KEY,
    family_id uuid NOT NULL,
    issued_at timestamptz NOT NULL,
    spent_at timestamptz,
    successor_hash bytea,
    CONSTRAINT refresh_token_family_fk FOREIGN KEY (family_id) REFERENCES token_family ON DELETE CASCADE,
    CONSTRAINT refresh_token_spent_whole CHECK ((spent_at IS NULL) = (successor_hash IS NULL))
);
CREATE INDEX refresh_token_family_ix ON refresh_token (family_id);

-- A version of a question is named by its content, so a row never changes.
CREATE TABLE question (
    question_id text NOT NULL,
    version text NOT NULL,
    type text NOT NULL CONSTRAINT question_type_known CHECK (type IN ('mcq', 'essay', 'interest')),
    body jsonb NOT NULL,
    CONSTRAINT question_pk PRIMARY KEY (question_id, version)
);

-- Every bank that was in use; the greatest revision is the one in use now.
CREATE TABLE bank_revision (
    revision integer CONSTRAINT bank_revision_pk PRIMARY KEY,
    document bytea NOT NULL,
    published_at timestamptz NOT NULL
);

-- `answered` counts the responses: whoever adds one, adds it in the same statement, and so waits for its turn here.
CREATE TABLE assessment (
    assessment_id uuid CONSTRAINT assessment_pk PRIMARY KEY,
    owner_id uuid NOT NULL,
    learner_ref text,
    role text NOT NULL,
    form text NOT NULL,
    level text NOT NULL,
    ai_consent boolean NOT NULL,
    seed bigint NOT NULL,
    total integer NOT NULL,
    answered integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT assessment_owner_fk FOREIGN KEY (owner_id) REFERENCES principal ON DELETE CASCADE,
    CONSTRAINT assessment_answered_in_form CHECK (answered BETWEEN 0 AND total),
    CONSTRAINT assessment_expires_later CHECK (expires_at >= started_at)
);
CREATE INDEX assessment_owner_ix ON assessment (owner_id, assessment_id);
CREATE INDEX assessment_learner_ix ON assessment (owner_id, learner_ref, assessment_id);

CREATE TABLE form_item (
    assessment_id uuid NOT NULL,
    position integer NOT NULL CONSTRAINT form_item_position_positive CHECK (position > 0),
    question_id text NOT NULL,
    question_version text NOT NULL,
    type text NOT NULL,
    domain text NOT NULL,
    option_order text[] NOT NULL,
    delivered_at timestamptz,
    CONSTRAINT form_item_pk PRIMARY KEY (assessment_id, position),
    CONSTRAINT form_item_question_key UNIQUE (assessment_id, question_id),
    CONSTRAINT form_item_assessment_fk FOREIGN KEY (assessment_id) REFERENCES assessment ON DELETE CASCADE,
    CONSTRAINT form_item_question_fk FOREIGN KEY (question_id, question_version) REFERENCES question
);
CREATE INDEX form_item_question_ix ON form_item (question_id, question_version);

-- The key is what makes a repeated answer count once.
CREATE TABLE response (
    assessment_id uuid NOT NULL,
    question_id text NOT NULL,
    answer jsonb NOT NULL,
    status text NOT NULL
        CONSTRAINT response_status_known CHECK (status IN ('scored', 'pending', 'recorded', 'late')),
    answered_at timestamptz NOT NULL,
    ordinal integer NOT NULL,
    CONSTRAINT response_pk PRIMARY KEY (assessment_id, question_id),
    CONSTRAINT response_ordinal_key UNIQUE (assessment_id, ordinal),
    CONSTRAINT response_item_fk FOREIGN KEY (assessment_id, question_id)
        REFERENCES form_item (assessment_id, question_id) ON DELETE CASCADE
);

-- An essay that waits for its grade. `attempts` counts claims, so a crash counts; only the holder of `lease_token`
-- may end the job. A dead one keeps its token: a grade that comes late after all is still worth having.
CREATE TABLE grading_job (
    assessment_id uuid NOT NULL,
    question_id text NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CONSTRAINT grading_job_state_known CHECK (state IN ('queued', 'leased', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0 CONSTRAINT grading_job_attempts_counted CHECK (attempts >= 0),
    due_at timestamptz NOT NULL,
    lease_token uuid,
    leased_until timestamptz,
    error_code text,
    CONSTRAINT grading_job_pk PRIMARY KEY (assessment_id, question_id),
    CONSTRAINT grading_job_response_fk FOREIGN KEY (assessment_id, question_id)
        REFERENCES response ON DELETE CASCADE,
    CONSTRAINT grading_job_lease_whole CHECK (
        (lease_token IS NULL) = (leased_until IS NULL) AND (state <> 'leased' OR lease_token IS NOT NULL)
    )
);
CREATE INDEX grading_job_open_ix ON grading_job (due_at, assessment_id, question_id)
    WHERE state IN ('queued', 'leased');

-- Grades are never updated; a better one supersedes, and an answer has one current grade at most.
CREATE TABLE grade (
    grade_id uuid CONSTRAINT grade_pk PRIMARY KEY,
    assessment_id uuid NOT NULL,
    question_id text NOT NULL,
    question_version text NOT NULL,
    rubric_hash text NOT NULL,
    grader_name text NOT NULL,
    grader_version text NOT NULL,
    grader_reliability numeric NOT NULL,
    points numeric NOT NULL,
    criteria jsonb NOT NULL,
    strengths text NOT NULL,
    improvements text NOT NULL,
    flags text[] NOT NULL,
    model text,
    prompt_hash text,
    raw_reply text,
    tokens_in integer,
    tokens_out integer,
    cost_usd numeric,
    graded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    CONSTRAINT grade_response_fk FOREIGN KEY (assessment_id, question_id) REFERENCES response ON DELETE CASCADE,
    CONSTRAINT grade_reliability_range CHECK (grader_reliability BETWEEN 0 AND 1),
    CONSTRAINT grade_points_range CHECK (points BETWEEN 0 AND 10),
    CONSTRAINT grade_call_whole CHECK (
        num_nonnulls(model, prompt_hash, raw_reply, tokens_in, tokens_out, cost_usd) IN (0, 6)
    )
);
CREATE INDEX grade_response_ix ON grade (assessment_id, question_id);
CREATE UNIQUE INDEX grade_current_key ON grade (assessment_id, question_id) WHERE superseded_at IS NULL;

CREATE FUNCTION keep_grade() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF to_jsonb(NEW) - 'superseded_at' IS DISTINCT FROM to_jsonb(OLD) - 'superseded_at'
        OR OLD.superseded_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'grade % is never changed, only superseded, once', OLD.grade_id;
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER grade_immutable BEFORE UPDATE ON grade FOR EACH ROW EXECUTE FUNCTION keep_grade();

CREATE TABLE profile (
    assessment_id uuid NOT NULL,
    revision integer NOT NULL CONSTRAINT profile_revision_positive CHECK (revision > 0),
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT profile_pk PRIMARY KEY (assessment_id, revision),
    CONSTRAINT profile_assessment_fk FOREIGN KEY (assessment_id) REFERENCES assessment ON DELETE CASCADE
);

-- The bundle as the catalogue had it at completion.
CREATE TABLE recommendation (
    recommendation_id uuid CONSTRAINT recommendation_pk PRIMARY KEY,
    assessment_id uuid NOT NULL,
    position integer NOT NULL,
    course_id text NOT NULL,
    title text NOT NULL,
    provider text NOT NULL,
    url text NOT NULL,
    level text NOT NULL,
    format text NOT NULL,
    effort_hours numeric NOT NULL,
    reason text NOT NULL,
    clicks bigint NOT NULL DEFAULT 0,
    CONSTRAINT recommendation_position_key UNIQUE (assessment_id, position),
    CONSTRAINT recommendation_assessment_fk FOREIGN KEY (assessment_id) REFERENCES assessment ON DELETE CASCADE
);

-- `claim_token` tells the request that runs from those that come while it does.
CREATE TABLE idempotency_key (
    principal_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    effect_id uuid NOT NULL,
    claim_token uuid NOT NULL,
    leased_until timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL,
    settled_at timestamptz,
    status integer,
    body bytea,
    headers jsonb,
    CONSTRAINT idempotency_key_pk PRIMARY KEY (principal_id, key),
    CONSTRAINT idempotency_key_principal_fk FOREIGN KEY (principal_id) REFERENCES principal ON DELETE CASCADE,
    CONSTRAINT idempotency_key_reply_whole CHECK (num_nonnulls(settled_at, status, body, headers) IN (0, 4))
);

-- What signs access tokens. A retired key signs nothing new, and still verifies what it signed.
CREATE TABLE signing_key (
    kid text CONSTRAINT signing_key_pk PRIMARY KEY,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);

CREATE TABLE server_secret (
    name text CONSTRAINT server_secret_pk PRIMARY KEY,
    value bytea NOT NULL,
    created_at timestamptz NOT NULL
);
