SELECT stedi_x // 1000
