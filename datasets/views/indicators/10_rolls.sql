-- Which rolls were coated, how wide they are, and how much area is in a kilogram of panels?
-- widths:       width_m [m] of each lot of web
-- densities:    m2_per_kg [m^2/kg] of each lot of panels
-- coated_rolls: lot, at_s [s], area_m2 [m^2] with start-up and splice, of each roll that was coated
CREATE OR REPLACE VIEW widths AS
SELECT run_id, replication, lot, arg_max(area_out_m2 / length_out_m, coalesce(sequence, start_s)) AS width_m
FROM visits WHERE length_out_m > 0 AND area_out_m2 > 0 GROUP BY ALL;

CREATE OR REPLACE VIEW densities AS
SELECT run_id, replication, lot, arg_max(area_out_m2 / mass_out_kg, coalesce(sequence, start_s)) AS m2_per_kg
FROM visits WHERE panels_out > 0 AND mass_out_kg > 0 GROUP BY ALL;

CREATE OR REPLACE VIEW coated_rolls AS
WITH rolls AS (
    SELECT run_id, replication, lot, stage, end_s AS at_s, area_out_m2
    FROM visits WHERE area_in_m2 <= 0 AND area_out_m2 > 0
), beside AS (
    SELECT run_id, replication, lot, sum(amount * width_m) AS area_m2
    FROM consumption JOIN widths USING (run_id, replication, lot)
    WHERE kind = 'scrap' AND (run_id, replication, stage) IN (SELECT (run_id, replication, stage) FROM rolls)
    GROUP BY ALL
)
SELECT run_id, replication, lot, at_s, area_out_m2 + coalesce(beside.area_m2, 0) AS area_m2
FROM rolls LEFT JOIN beside USING (run_id, replication, lot);
