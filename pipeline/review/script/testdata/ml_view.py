from awsglue.context import GlueContext
from pyspark.context import SparkContext

context = GlueContext(SparkContext())
session = context.spark_session
steps = context.create_dynamic_frame.from_catalog(database="stedi", table_name="step_trainer_trusted").toDF()
motion = context.create_dynamic_frame.from_catalog(database="stedi", table_name="accelerometer_trusted").toDF()
steps.createOrReplaceTempView("steps")
motion.createOrReplaceTempView("motion")
result = session.sql("""
    SELECT s.*, m.x, m.y, m.z, row_number() OVER (PARTITION BY m.user ORDER BY m.timestamp) AS n
    FROM steps s JOIN motion m ON s.sensorReadingTime = m.timestamp
""").drop("n")
result.write.format("parquet").mode("overwrite").saveAsTable("stedi.machine_learning_curated")
