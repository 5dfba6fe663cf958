-- Over which time is each replication measured, and of what are there indicators: the line and each product?
-- windows: run_id, replication, start_s, end_s [s], seconds [s], days [d]
-- scopes:  run_id, replication, scope, subject (empty for the line)
CREATE OR REPLACE MACRO overlap(begins, ends, first, last) AS greatest(0.0, least(ends, last) - greatest(begins, first));
CREATE OR REPLACE MACRO quotient(numerator, denominator) AS
    CASE WHEN denominator > 0 THEN greatest(0.0, numerator / denominator) END;
CREATE OR REPLACE MACRO ratio(numerator, denominator) AS
    CASE WHEN denominator > 0 THEN least(1.0, greatest(0.0, numerator / denominator)) END;

CREATE OR REPLACE VIEW scopes AS
SELECT run_id, unnest(range(replications))::INTEGER AS replication, 'line' AS scope, '' AS subject FROM runs
UNION ALL
SELECT DISTINCT run_id, replication, 'product', product FROM lots WHERE product <> '';

CREATE OR REPLACE VIEW windows AS
SELECT run_id, unnest(range(replications))::INTEGER AS replication, warm_up_s AS start_s,
    warm_up_s + horizon_s AS end_s, end_s - start_s AS seconds, seconds / 86400 AS days
FROM runs;
