-- Every row of indicators once more, computed from the logs alone: do they agree?
-- indicators_recomputed: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW indicators_recomputed AS
SELECT * FROM indicators_flow
UNION ALL SELECT * FROM indicators_wip
UNION ALL SELECT * FROM indicators_losses
UNION ALL SELECT * FROM indicators_scrapped
UNION ALL SELECT * FROM indicators_machines
UNION ALL SELECT * FROM indicators_oee
UNION ALL SELECT * FROM indicators_resources;
