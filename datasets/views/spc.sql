-- Is a measure in control: individuals chart of what the laboratory reported, with the four Western Electric rules?
-- Sigma is the mean moving range / 1.128 (d2 of two values); Western Electric, Statistical Quality Control Handbook (1956).
-- spc: run_id, replication, product, stage, measure, value_unit, lot, at_s [s], point (from 1), value, center, sigma,
--     lower_control, upper_control, rule_1 (beyond 3 sigma), rule_2 (2 of 3 beyond 2 sigma on one side), rule_3 (4 of 5
--     beyond 1 sigma on one side), rule_4 (8 in a row on one side)
CREATE OR REPLACE VIEW spc AS
WITH series AS (
    SELECT m.run_id, m.replication, m.product, m.stage, m.measure, m.value_unit, m.lot, m.at_s, m.lab_value AS value,
        row_number() OVER line AS point, abs(m.lab_value - lag(m.lab_value) OVER line) AS moved
    FROM measurements m JOIN windows w ON w.run_id = m.run_id AND w.replication = m.replication
        AND m.at_s > w.start_s AND m.at_s <= w.end_s
    WHERE m.lab_value IS NOT NULL
    WINDOW line AS (PARTITION BY m.run_id, m.replication, m.product, m.stage, m.measure ORDER BY m.at_s, m.lot)
), scaled AS (
    SELECT *, avg(value) OVER own AS center, avg(moved) OVER own / 1.128 AS sigma, (value - center) / nullif(sigma, 0) AS z
    FROM series WINDOW own AS (PARTITION BY run_id, replication, product, stage, measure)
), counted AS (
    SELECT *,
        sum((z > 2)::INTEGER) OVER last_3 AS high_2, sum((z < -2)::INTEGER) OVER last_3 AS low_2,
        sum((z > 1)::INTEGER) OVER last_5 AS high_1, sum((z < -1)::INTEGER) OVER last_5 AS low_1,
        sum((z > 0)::INTEGER) OVER last_8 AS high_0, sum((z < 0)::INTEGER) OVER last_8 AS low_0
    FROM scaled
    WINDOW last_3 AS (PARTITION BY run_id, replication, product, stage, measure ORDER BY point ROWS 2 PRECEDING),
        last_5 AS (PARTITION BY run_id, replication, product, stage, measure ORDER BY point ROWS 4 PRECEDING),
        last_8 AS (PARTITION BY run_id, replication, product, stage, measure ORDER BY point ROWS 7 PRECEDING)
)
SELECT run_id, replication, product, stage, measure, value_unit, lot, at_s, point, value, center, sigma,
    center - 3 * sigma AS lower_control, center + 3 * sigma AS upper_control,
    coalesce(abs(z) > 3, false) AS rule_1,
    coalesce((z > 2 AND high_2 >= 2) OR (z < -2 AND low_2 >= 2), false) AS rule_2,
    coalesce((z > 1 AND high_1 >= 4) OR (z < -1 AND low_1 >= 4), false) AS rule_3,
    coalesce(high_0 = 8 OR low_0 = 8, false) AS rule_4
FROM counted ORDER BY run_id, replication, product, stage, measure, point;
