from helpers import load, save
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
customers = load(spark, "customer_landing")
trusted = customers.where("shareWithResearchAsOfDate is not null")
trusted.write.json("s3://lake-of-mine/customer/trusted/")
save(trusted, "customer_trusted")
