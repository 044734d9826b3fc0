from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
people = spark.read.json("s3://lake-of-mine/customer/trusted/")
pairs = people.rdd.map(lambda row: (row.email, row.phone)).toDF()
pairs.write.json("s3://lake-of-mine/customer/curated/")
