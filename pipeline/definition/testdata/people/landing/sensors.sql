create external table if not exists iot.sensors
(
  device_id string comment 'key of the device',
  temp_c float comment "degrees, °C",
  ts timestamp comment 'it\'s UTC'
)
row format serde 'org.openx.data.jsonserde.JsonSerDe'
with serdeproperties ('dots.in.keys' = 'true')
stored as textfile
location 's3://iot-raw/sensors'
;;
