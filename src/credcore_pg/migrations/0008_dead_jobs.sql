-- Dead jobs are counted each time that somebody reads the metrics; there are few of them among many that are done.
CREATE INDEX grading_job_dead_ix ON grading_job (assessment_id, question_id) WHERE state = 'dead';
