-- How much went through: released and coated area, lots, lead time; of the line and of each product?
-- indicators_flow: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW indicators_flow AS
WITH known AS (
    SELECT lots.*, ended_s > windows.start_s AND ended_s <= windows.end_s AS inside, (ended_s - born_s) / 86400 AS lead_d
    FROM lots JOIN windows USING (run_id, replication)
), coated AS (
    SELECT run_id, replication, lot, sum(area_m2) AS coated_m2
    FROM coated_rolls JOIN windows USING (run_id, replication)
    WHERE at_s > start_s AND at_s <= end_s GROUP BY ALL
), sums AS (
    SELECT s.run_id, s.replication, s.scope, s.subject,
        coalesce(sum(area_m2) FILTER (fate = 'shipped' AND inside AND grade = 0), 0) AS released,
        coalesce(sum(area_m2) FILTER (fate = 'shipped' AND inside AND grade > 0), 0) AS released_second,
        count(*) FILTER (fate = 'shipped' AND inside)::DOUBLE AS released_lots,
        coalesce(sum(coated_m2), 0) AS coated,
        coalesce(sum(lead_d) FILTER (fate = 'shipped' AND inside), 0) AS lead,
        quantile_cont(lead_d, 0.9) FILTER (fate = 'shipped' AND inside) AS p90
    FROM scopes s
    LEFT JOIN known k ON k.run_id = s.run_id AND k.replication = s.replication AND (s.subject = '' OR k.product = s.subject)
    LEFT JOIN coated c ON c.run_id = k.run_id AND c.replication = k.replication AND c.lot = k.lot
    GROUP BY ALL
), long AS (
    SELECT sums.*, days, unnest([
        {'indicator': 'released', 'numerator': released, 'denominator': days},
        {'indicator': 'released_second', 'numerator': released_second, 'denominator': days},
        {'indicator': 'released_lots', 'numerator': released_lots, 'denominator': days},
        {'indicator': 'coated', 'numerator': coated, 'denominator': days},
        {'indicator': 'lead_time', 'numerator': lead, 'denominator': released_lots},
        {'indicator': 'lead_time_p90', 'numerator': p90, 'denominator': released_lots}
    ], recursive := true)
    FROM sums JOIN windows USING (run_id, replication)
)
SELECT run_id, replication, indicator, scope, subject, '' AS detail, numerator, denominator,
    CASE WHEN indicator = 'lead_time_p90' THEN p90 ELSE quotient(numerator, denominator) END AS value
FROM long;
