import sys
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from pyspark.sql.functions import lower, trim

glue = GlueContext(SparkContext())
steps = glue.create_dynamic_frame.from_options("s3", {"paths": ["s3://lake-of-mine/step_trainer_landing/"]}, "json").toDF()
owners = glue.create_dynamic_frame.from_catalog(database="stedi", table_name="customers_curated").toDF()
owners = owners.withColumn("serialnumber", trim(lower(F.col("serialnumber")))).withColumnRenamed("serialnumber", "owner_serial")
steps = steps.withColumn("serialNumber", trim(lower(steps.serialNumber)))
joined = steps.join(owners.select("owner_serial").distinct(), steps["serialNumber"] == owners["owner_serial"], "inner")
result = DynamicFrame.fromDF(joined.select(steps.columns), glue, "result")
sink = glue.getSink(connection_type="s3", path="s3://lake-of-mine/steptrainertrusted/output/", updateBehavior="LOG", enableUpdateCatalog=True)
sink.setFormat("glueparquet", compression="snappy")
sink.setCatalogInfo(catalogDatabase="stedi", catalogTableName="step_trainer_trusted")
sink.writeFrame(result)
