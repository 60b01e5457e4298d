-- What AI calls cost. A row is made before its call, at the most that it can cost, and says after it what it did cost.
-- One that nobody settled stays as it was reserved, for good: the provider may have answered. `assessment_id` is no
-- foreign key: evaluations have none, and of an erased assessment the sums stay.
CREATE TABLE ai_call (
    call_id uuid CONSTRAINT ai_call_pk PRIMARY KEY,
    assessment_id uuid,
    model text NOT NULL,
    month date NOT NULL,
    reserved_at timestamptz NOT NULL,
    settled_at timestamptz,
    outcome text
        CONSTRAINT ai_call_outcome_known CHECK (outcome IN ('answered', 'unusable', 'unknown', 'refused')),
    tokens_in integer NOT NULL,
    tokens_out integer NOT NULL,
    cost_usd numeric NOT NULL CONSTRAINT ai_call_cost_positive CHECK (cost_usd >= 0),
    CONSTRAINT ai_call_settled_whole CHECK ((settled_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX ai_call_assessment_ix ON ai_call (assessment_id) WHERE assessment_id IS NOT NULL;
CREATE INDEX ai_call_month_ix ON ai_call (month);

-- The sum of a month's calls, so that a reservation need not add them all up.
CREATE TABLE ai_month (
    month date CONSTRAINT ai_month_pk PRIMARY KEY,
    spent_usd numeric NOT NULL CONSTRAINT ai_month_spent_positive CHECK (spent_usd >= 0)
);

-- Gives the limit that stands in the way, or NULL once the call is charged. Reservations follow each other, so that
-- what one counts is there for good: of any number at once those that fit pass, and no other.
CREATE FUNCTION reserve_ai_call(
    of_call uuid, of_assessment uuid, with_model text, most_in integer, most_out integer, most_usd numeric,
    most_prompts integer, monthly_usd numeric, at timestamptz
) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
    this_month date;
    prompts bigint;
    spent numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(7161676361);
    IF EXISTS (SELECT FROM ai_call WHERE call_id = of_call) THEN
        RETURN NULL;
    END IF;
    at := coalesce(at, clock_timestamp());
    this_month := date_trunc('month', at AT TIME ZONE 'UTC')::date;
    prompts := (
        SELECT count(*) FROM ai_call WHERE assessment_id = of_assessment AND outcome IS DISTINCT FROM 'refused'
    );
    IF prompts + 1 > coalesce(
        most_prompts, (SELECT count(*) FROM form_item WHERE assessment_id = of_assessment AND type = 'essay')
    ) THEN
        RETURN 'prompts';
    END IF;
    spent := coalesce((SELECT spent_usd FROM ai_month WHERE month = this_month), 0);
    IF spent + most_usd > monthly_usd THEN
        RETURN 'month';
    END IF;
    INSERT INTO ai_call (call_id, assessment_id, model, month, reserved_at, tokens_in, tokens_out, cost_usd)
    VALUES (of_call, of_assessment, with_model, this_month, at, most_in, most_out, most_usd);
    INSERT INTO ai_month AS kept (month, spent_usd) VALUES (this_month, most_usd)
    ON CONFLICT ON CONSTRAINT ai_month_pk DO UPDATE SET spent_usd = kept.spent_usd + excluded.spent_usd;
    RETURN NULL;
END
$body$;

-- What was spent on an erased assessment stays in the sums, and says no more what it was spent on.
CREATE FUNCTION forget_assessment_of_ai_calls() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE ai_call SET assessment_id = NULL WHERE assessment_id = OLD.assessment_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER assessment_erased AFTER DELETE ON assessment
    FOR EACH ROW EXECUTE FUNCTION forget_assessment_of_ai_calls();

-- The same answer to the same question need not be judged twice. `answer_hash` names the normalised answer;
-- `reused_from` the grade whose reply was taken again, which may be gone by now.
ALTER TABLE grade
    ADD COLUMN answer_hash text NOT NULL DEFAULT '',
    ADD COLUMN reused_from uuid,
    ADD CONSTRAINT grade_reuse_of_a_call CHECK (reused_from IS NULL OR model IS NOT NULL);
CREATE INDEX grade_answer_ix ON grade (answer_hash, prompt_hash) WHERE model IS NOT NULL AND answer_hash <> '';

-- How well graders agreed with people on an operator's own answers; the figure that confidence is computed with.
CREATE TABLE measured_grader (
    grader_name text NOT NULL,
    grader_version text NOT NULL,
    reliability numeric NOT NULL
        CONSTRAINT measured_grader_reliability_range CHECK (reliability BETWEEN 0 AND 1),
    answers integer NOT NULL CONSTRAINT measured_grader_answers_positive CHECK (answers > 0),
    source text NOT NULL,
    measured_at timestamptz NOT NULL,
    CONSTRAINT measured_grader_pk PRIMARY KEY (grader_name, grader_version)
);
