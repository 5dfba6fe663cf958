-- What became of the area of each coated roll of which the last part ended in the window: good, lost to which limit, apart?
-- verdicts:   every verdict that cost something: lot, reason (stage, limit, side), area_m2 [m^2] of what it cut off
-- roll_areas: roll, product, kind (good, lost, apart), reason, area_m2 [m^2] of each roll of the cohort
-- indicators_scrapped: mass that was scrapped before anything was coated with it, in the columns of indicators_losses
-- indicators_losses: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW verdicts AS
SELECT run_id, replication, lot, product, action, at_s, coalesce(sequence, at_s) AS place,
    CASE WHEN lower IS NULL AND upper IS NULL THEN "limit"
        WHEN value < lower THEN stage || ' ' || "limit" || ' too low'
        WHEN value > upper THEN stage || ' ' || "limit" || ' too high'
        ELSE stage || ' ' || "limit" END AS reason,
    CASE WHEN action = 'cut' AND length_m > 0
        THEN area_m2 * greatest(0.0, least(1.0, coalesce(value - upper, 0) / length_m)) ELSE 0.0 END AS area_m2
FROM dispositions WHERE coalesce(action, '') NOT IN ('pass', 'noted', 'repeat');

CREATE OR REPLACE VIEW roll_areas AS
WITH cohort AS (
    SELECT run_id, replication, origin AS roll
    FROM lots JOIN windows USING (run_id, replication)
    WHERE fate NOT IN ('cut', 'pooled') AND (run_id, replication, origin) IN (
        SELECT (c.run_id, c.replication, l.origin) FROM coated_rolls c JOIN lots l USING (run_id, replication, lot)
    )
    GROUP BY run_id, replication, origin, windows.start_s, windows.end_s
    HAVING max(CASE WHEN fate = 'inside' THEN 'infinity'::DOUBLE ELSE ended_s END) > windows.start_s
        AND max(CASE WHEN fate = 'inside' THEN 'infinity'::DOUBLE ELSE ended_s END) <= windows.end_s
), decided AS (
    SELECT run_id, replication, lot, action = 'downgrade' AS second, arg_min(reason, place) AS reason
    FROM verdicts WHERE action IN ('downgrade', 'scrap') GROUP BY ALL
), whole AS (
    SELECT l.run_id, l.replication, l.origin AS roll, coalesce(mine.reason, its.reason, 'other') AS reason, l.area_m2
    FROM lots l
    LEFT JOIN decided mine ON mine.run_id = l.run_id AND mine.replication = l.replication AND mine.lot = l.lot
        AND mine.second = (l.fate = 'shipped')
    LEFT JOIN decided its ON its.run_id = l.run_id AND its.replication = l.replication AND its.lot = l.origin
        AND its.second = (l.fate = 'shipped')
    WHERE l.fate NOT IN ('cut', 'pooled') AND (l.fate <> 'shipped' OR l.grade > 0)
), pieces AS (
    SELECT run_id, replication, origin AS roll, 'good' AS kind, '' AS reason, area_m2
    FROM lots WHERE fate = 'shipped' AND grade = 0
    UNION ALL
    SELECT run_id, replication, roll, 'lost', reason, area_m2 FROM whole
    UNION ALL
    SELECT v.run_id, v.replication, l.origin, 'lost', v.reason, v.area_m2
    FROM verdicts v JOIN lots l USING (run_id, replication, lot) WHERE v.action = 'cut'
    UNION ALL
    SELECT c.run_id, c.replication, l.origin, 'apart', c.item,
        c.amount * coalesce(CASE WHEN c.amount_unit = 'm' THEN width_m ELSE m2_per_kg END, 0)
    FROM consumption c JOIN lots l USING (run_id, replication, lot)
    LEFT JOIN widths USING (run_id, replication, lot) LEFT JOIN densities USING (run_id, replication, lot)
    WHERE c.kind IN ('scrap', 'sample')
), booked AS (
    SELECT run_id, replication, roll, kind, reason, sum(area_m2) AS area_m2
    FROM pieces JOIN cohort USING (run_id, replication, roll) GROUP BY ALL
), coated AS (
    SELECT c.run_id, c.replication, l.origin AS roll, sum(c.area_m2) AS area_m2
    FROM coated_rolls c JOIN lots l USING (run_id, replication, lot) GROUP BY ALL
), panels AS (
    SELECT run_id, replication, origin AS roll FROM lots WHERE fate = 'cut' GROUP BY ALL HAVING sum(area_m2) > 0
), rest AS (
    SELECT run_id, replication, roll, any_value(coated.area_m2) AS coated_m2,
        coated_m2 - coalesce(sum(booked.area_m2), 0) AS area_m2
    FROM cohort JOIN coated USING (run_id, replication, roll) LEFT JOIN booked USING (run_id, replication, roll)
    GROUP BY ALL
), closed AS (
    SELECT * FROM booked
    UNION ALL
    SELECT run_id, replication, roll, CASE WHEN panels.roll IS NULL THEN 'lost' ELSE 'apart' END,
        CASE WHEN panels.roll IS NULL THEN 'other' ELSE 'panel trim' END, area_m2
    FROM rest LEFT JOIN panels USING (run_id, replication, roll) WHERE area_m2 > 1e-9 * coated_m2
)
SELECT c.run_id, c.replication, c.roll, l.product, c.kind, c.reason, sum(c.area_m2) AS area_m2
FROM closed c JOIN lots l ON l.run_id = c.run_id AND l.replication = c.replication AND l.lot = c.roll
GROUP BY ALL;

CREATE OR REPLACE VIEW indicators_losses AS
WITH mine AS (
    SELECT s.run_id, s.replication, s.scope, s.subject, kind, reason, coalesce(sum(area_m2), 0) AS area_m2
    FROM scopes s JOIN roll_areas r
        ON r.run_id = s.run_id AND r.replication = s.replication AND (s.subject = '' OR r.product = s.subject)
    GROUP BY ALL
), sums AS (
    SELECT s.run_id, s.replication, s.scope, s.subject,
        coalesce(sum(area_m2) FILTER (kind = 'good'), 0) AS good,
        coalesce(sum(area_m2) FILTER (kind <> 'apart'), 0) AS judged, coalesce(sum(area_m2), 0) AS whole
    FROM scopes s LEFT JOIN mine USING (run_id, replication, scope, subject) GROUP BY ALL
), always AS (
    SELECT *, 'lost' AS kind, 'other' AS reason FROM scopes
    UNION ALL
    SELECT *, 'apart', 'panel trim' FROM scopes
    UNION ALL
    SELECT *, 'apart', 'sample' FROM scopes
    WHERE (run_id, replication) IN (SELECT (run_id, replication) FROM consumption WHERE kind = 'sample' AND item = 'sample')
), parts AS (
    SELECT run_id, replication, scope, subject, kind, reason, coalesce(area_m2, 0) AS area_m2
    FROM always FULL JOIN mine USING (run_id, replication, scope, subject, kind, reason)
    WHERE area_m2 > 0 OR always.reason IS NOT NULL
)
SELECT run_id, replication, 'yield' AS indicator, scope, subject, '' AS detail, good AS numerator, judged AS denominator,
    ratio(good, judged) AS value FROM sums
UNION ALL
SELECT run_id, replication, 'yield_gross', scope, subject, '', good, whole, ratio(good, whole) FROM sums
UNION ALL
SELECT run_id, replication, 'apart_share', scope, subject, reason, area_m2, whole, ratio(area_m2, whole)
FROM parts JOIN sums USING (run_id, replication, scope, subject) WHERE kind = 'apart'
UNION ALL
SELECT run_id, replication, 'lost_share', scope, subject, reason, area_m2, judged, ratio(area_m2, judged)
FROM parts JOIN sums USING (run_id, replication, scope, subject) WHERE kind = 'lost'
UNION ALL
SELECT run_id, replication, 'lost', scope, subject, reason, area_m2, days, quotient(area_m2, days)
FROM parts JOIN windows USING (run_id, replication) WHERE kind = 'lost';

CREATE OR REPLACE VIEW indicators_scrapped AS
WITH decided AS (
    SELECT run_id, replication, lot, arg_min(reason, place) AS reason FROM verdicts WHERE action = 'scrap' GROUP BY ALL
), gone AS (
    SELECT l.run_id, l.replication, l.product, l.mass_kg, days, coalesce(d.reason, 'other') AS reason
    FROM lots l JOIN windows w ON w.run_id = l.run_id AND w.replication = l.replication
    LEFT JOIN decided d ON d.run_id = l.run_id AND d.replication = l.replication AND d.lot = l.lot
    WHERE l.fate = 'scrapped' AND l.area_m2 <= 0 AND l.ended_s > w.start_s AND l.ended_s <= w.end_s
)
SELECT s.run_id, s.replication, 'scrapped' AS indicator, s.scope, s.subject, reason AS detail,
    sum(mass_kg) AS numerator, any_value(days) AS denominator, sum(mass_kg) / any_value(days) AS value
FROM scopes s JOIN gone g
    ON g.run_id = s.run_id AND g.replication = s.replication AND (s.subject = '' OR g.product = s.subject)
GROUP BY ALL;
