from pyspark.sql import SparkSession, functions as F

BUCKET = "lake-of-mine"


def read(spark, zone, entity):
    """Reads one table."""
    return spark.read.option("multiline", "false").json(f"s3://{BUCKET}/{entity}/{zone}/")


def main():
    spark = SparkSession.builder.appName("customers").getOrCreate()
    customers = read(spark, "landing", "customer")
    trusted = customers.filter(F.col("shareWithResearchAsOfDate").isNotNull() & (F.col("shareWithResearchAsOfDate") != 0))
    print(trusted.count())
    (
        trusted.select(*[c for c in ["customerName", "email", "phone", "serialNumber", "shareWithResearchAsOfDate"]])
        .dropDuplicates(["email"])
        .write.mode("overwrite")
        .json("s3://{}/customer/trusted/".format(BUCKET))
    )


if __name__ == "__main__":
    main()
