import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsgluedq.transforms import EvaluateDataQuality
from awsglue import DynamicFrame

def sparkSqlQuery(glueContext, query, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    result = spark.sql(query)
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

DEFAULT_DATA_QUALITY_RULESET = """
    Rules = [
        ColumnCount > 0
    ]
"""


# Script generated for node Customer Landing
S3_node1 = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/landing/"], "recurse": True}, transformation_ctx="S3_node1")

# Script generated for node SQL Query
SqlQuery0 = '''
select * from myDataSource
where shareWithResearchAsOfDate is not null and `shareWithResearchAsOfDate` > 0;
'''
Q_node2 = sparkSqlQuery(glueContext, query = SqlQuery0, mapping = {"myDataSource":S3_node1}, transformation_ctx = "Q_node2")

# Script generated for node Target
EvaluateDataQuality().process_rows(frame=Q_node2, ruleset=DEFAULT_DATA_QUALITY_RULESET, publishing_options={"dataQualityEvaluationContext": "ctx"}, additional_options={"dataQualityResultsPublishing.strategy": "BEST_EFFORT"})
Target_node9 = glueContext.getSink(path="s3://lake-of-mine/customer/trusted/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", partitionKeys=[], enableUpdateCatalog=True, transformation_ctx="Target_node9")
Target_node9.setCatalogInfo(catalogDatabase="stedi",catalogTableName="customer_trusted")
Target_node9.setFormat("json")
job.commit()
