from awsglue.context import GlueContext
from pyspark.context import SparkContext

context = GlueContext(SparkContext())
spark = context.spark_session
people = spark.read.json("s3://lake-of-mine/customer/trusted/")
readings = spark.read.json("s3://lake-of-mine/accelerometer/landing/")
emails = people.select("email").rdd.flatMap(lambda row: row).collect()
readings.filter(readings.user.isin(emails)).write.json("s3://lake-of-mine/accelerometer/trusted/")
