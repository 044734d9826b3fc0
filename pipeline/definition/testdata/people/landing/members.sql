/* members
   of the gym */
CREATE EXTERNAL TABLE members ( `memberId` bigint, `joined` date, `plan` varchar(20) )
COMMENT 'Members of the gym'
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://gym-landing/';