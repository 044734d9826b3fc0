SELECT CAST(stedi_x AS DOUBLE) / stedi_y
