-- A reply that is kept for a repeated request names the advisor, too, by the share that it tells of. The shares come
-- first, as where a student goes, so that two who go at once do not wait for each other crosswise.
CREATE OR REPLACE FUNCTION forget_advisor() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    WITH left_share AS (
        UPDATE share SET advisor_email = NULL, revoked_at = coalesce(revoked_at, clock_timestamp())
        WHERE advisor_email = OLD.email RETURNING share_id, assessment_id
    )
    DELETE FROM idempotency_key AS kept USING left_share JOIN assessment USING (assessment_id)
    WHERE kept.principal_id = assessment.owner_id
        AND position(convert_to(left_share.share_id::text, 'UTF8') IN kept.body) > 0;
    RETURN NULL;
END
$body$;
