-- The first rows of the training set, in the order of time.
SELECT m.sensorreadingtime, m.serialnumber, m.distancefromobject, m.x, m.y, m.z
FROM machine_learning_curated AS m
ORDER BY m.sensorreadingtime, m.serialnumber, m.x, m.y, m.z
LIMIT 100
