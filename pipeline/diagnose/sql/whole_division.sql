SELECT CAST((stedi_x - stedi_x % stedi_y) / stedi_y AS BIGINT)
