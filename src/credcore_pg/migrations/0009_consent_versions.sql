-- The text that was agreed to is kept with each assessment, as it is with each account. There was one text until now;
-- an older program that still runs beside this schema leaves the column empty.
ALTER TABLE assessment
    ADD COLUMN ai_consent_version text,
    ADD CONSTRAINT assessment_consent_versioned CHECK (ai_consent OR ai_consent_version IS NULL);
UPDATE assessment SET ai_consent_version = '2026-11-22' WHERE ai_consent;
