package athena

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"stedi/pipeline"
)

// The reasons are those that Athena gives.
func TestEachFailureOfAQueryHasItsKindAndItsFix(t *testing.T) {
	for _, c := range []struct {
		reason string
		kind   pipeline.Kind
		fix    string
	}{
		{"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.nowhere' does not exist", pipeline.BadUsage, "stedi tables"},
		{"COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested resources", pipeline.BadUsage, "Lake Formation"},
		{"SCHEMA_NOT_FOUND: line 1:15: Schema 'x' does not exist", pipeline.BadUsage, "--database"},
		{"CATALOG_NOT_FOUND: line 1:15: Catalog 'x' does not exist", pipeline.BadUsage, "--database"},
		{"NOT_FOUND: Session property catalog does not exist: x. Please check the query", pipeline.BadUsage, "--database"},
		{"Database nowhere not found. Please check your query. You may need to manually clean the data at location 's3://b/tables/1' before retrying. Athena will not delete data in your account.", pipeline.BadUsage, "--database"},
		{"Cannot find or access the specified table", pipeline.BadUsage, "stedi tables"},
		{"MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1", pipeline.BadUsage, "at line 1, column 1"},
		{"FAILED: SemanticException [Error 10072]: Database does not exist: no_such_db", pipeline.BadUsage, "--database"},
		{"FAILED: SemanticException [Error 10001]: Table not found stedi.nowhere", pipeline.BadUsage, "stedi tables"},
		{"SYNTAX_ERROR: line 3:7: Unexpected parameters", pipeline.BadUsage, "at line 3, column 7"},
		{"HIVE_BAD_DATA: Error parsing field value '2018-10-31T21:16:29-07:00' for field 4: Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]", pipeline.BadData, "stedi check"},
		{"HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: A JSONObject text must end with '}' at 2 [character 3 line 1]", pipeline.BadData, "stedi check"},
		{"HIVE_CURSOR_ERROR: Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: 1; S3 Extended Request ID: 2)", pipeline.BadEngine, "slow down"},
		{"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://b/part-00001.snappy.parquet (offset=0, length=2904265): Access Denied", pipeline.Denied, "s3:GetObject"},
		{"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://b/k (offset=0, length=9): The specified key does not exist.", pipeline.BadEngine, "removed or replaced"},
		{"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://b/k (offset=0, length=9): org.apache.parquet.io.ParquetDecodingException", pipeline.BadEngine, "stedi doctor"},
		{"GENERIC_INTERNAL_ERROR: Unable to create class", pipeline.BadEngine, "Run again"},
		{"Query exhausted resources at this scale factor", pipeline.BadEngine, "Read fewer"},
		{"INVALID_CAST_ARGUMENT: Cannot cast 'abc' to INT", pipeline.BadUsage, "TRY_CAST"},
		{"DIVISION_BY_ZERO: Division by zero", pipeline.BadUsage, "NULLIF"},
		{"Permission denied on S3 path: s3://cur-report/year=2022/month=8", pipeline.Denied, "s3:GetObject"},
		{
			"Insufficient permissions to execute the query.  User: arn:aws:sts::123:assumed-role/r/l is not authorized to perform: glue:GetPartitions on resource: arn:aws:glue:us-west-2:123:catalog because no identity-based policy allows the glue:GetPartitions action",
			pipeline.Denied, "Allow glue:GetPartitions on arn:aws:glue:us-west-2:123:catalog;",
		},
		{"Insufficient permissions to execute the query. Insufficient Lake Formation permission(s) on heididatacollectiondb", pipeline.Denied, "SELECT on heididatacollectiondb"},
		{"Insufficient Lake Formation permission(s): Required Describe on bronze", pipeline.Denied, "Grant Describe on bronze"},
		{"FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. MetaException(message:Insufficient Lake Formation permission(s): Required Create Database on Catalog (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1; Proxy: null))", pipeline.Denied, "Grant Create Database on Catalog"},
		{"Insufficient permissions to execute the query. Principal does not have any privilege on specified resource", pipeline.Denied, "Lake Formation"},
		{"Bytes scanned limit was exceeded", pipeline.BadUsage, "--workgroup"},
		{"[ErrorCode: INTERNAL_ERROR_QUERY_ENGINE] Amazon Athena experienced an internal error while executing this query. Please try submitting the query again and if the issue reoccurs, contact AWS support for further assistance. You will not be charged for this query. We apologize for the inconvenience.", pipeline.BadEngine, "Run again"},
		{"HIVE_CURSOR_ERROR: com.amazonaws.services.s3.model.AmazonS3Exception: The specified key does not exist", pipeline.BadEngine, "removed or replaced"},
		{"HIVE_FILESYSTEM_ERROR: Incorrect fileSize 1234567 for file", pipeline.BadEngine, "removed or replaced"},
		{"HIVE_UNKNOWN_ERROR: Unable to create input format", pipeline.BadUsage, "table in the catalog"},
		{"INVALID_GLUE_SCHEMA: Delta Lake table schema in Glue does not match the most recent schema of the Delta Lake transaction log. Please ensure that you have the correct schema defined in Glue.", pipeline.BadUsage, "table in the catalog"},
		{"GENERIC_INTERNAL_ERROR: Value exceeds MAX_INT", pipeline.BadUsage, "table in the catalog"},
		{"HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets", pipeline.BadUsage, "100"},
		{"HIVE_METASTORE_ERROR: com.facebook.presto.spi.PrestoException: Required Table Storage Descriptor is not populated.", pipeline.Denied, "Lake Formation"},
		{"HIVE_BAD_DATA: Field id's type BINARY in parquet file s3://b/k.snappy.parquet is incompatible with type bigint defined in table schema", pipeline.BadUsage, "another type"},
		{"Query cannot be completed", pipeline.BadEngine, "history"},
	} {
		err := failed("q-1", ending{reason: c.reason, number: noType})
		if pipeline.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.fix) {
			t.Errorf("%s\n got %d %v\nwant %d %s", c.reason, pipeline.KindOf(err), err, c.kind, c.fix)
		}
	}
}

// The numbers are those of Athena's error catalogue.
func TestAFailureWithoutAKnownTextIsKnownByItsType(t *testing.T) {
	for number, want := range map[int]struct {
		kind pipeline.Kind
		fix  string
	}{
		2: {pipeline.BadEngine, "Read fewer"}, 210: {pipeline.BadEngine, "timeout"}, 233: {pipeline.BadEngine, "Run again"}, 234: {pipeline.Denied, "Lake Formation"},
		402: {pipeline.Denied, "s3:PutObject"}, 1002: {pipeline.BadData, "stedi check"}, 1006: {pipeline.BadUsage, "Correct the SQL"}, 1106: {pipeline.BadUsage, "Correct the SQL"},
		1110: {pipeline.BadUsage, "stedi tables"}, 1302: {pipeline.BadEngine, "removed"}, 1401: {pipeline.BadEngine, "slow down"}, 1501: {pipeline.Denied, "stedi doctor"},
		1602: {pipeline.BadEngine, "capacity"}, 9999: {pipeline.BadEngine, "Run again"}, 5000: {pipeline.BadEngine, "history of Athena"}, noType: {pipeline.BadEngine, "history of Athena"},
	} {
		err := failed("q-1", ending{reason: "Something else happened", number: number})
		if pipeline.KindOf(err) != want.kind || !strings.Contains(err.Error(), want.fix) {
			t.Errorf("type %d: kind %d, %v", number, pipeline.KindOf(err), err)
		}
	}
}

// Athena counts the lines of a statement that has more than the reader's SQL, and
// rewrites CREATE TABLE AS before it counts.
func TestThePositionOfAnErrorIsOneOfTheReadersSQL(t *testing.T) {
	const part = "SELECT *\nFROM nowhere"
	failure := failed("q-1", ending{reason: "SYNTAX_ERROR: line 4:7: x. You may need to manually clean the data at location 's3://b/tables/1' before retrying. Athena will not delete data in your account."})
	for want, rewritten := range map[string]bool{"Correct the SQL at line 2, column 7; it": false, "Correct the SQL of the transform (": true} {
		err := relocated(failure, "INSERT INTO t\nSELECT * FROM (\n"+part+"\n) AS made", part, rewritten)
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "manually clean") {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if err := relocated(failure, "a\nb\nc\nd\n"+part, part, false); !strings.Contains(err.Error(), "Correct the SQL; it") {
		t.Errorf("of an error before the reader's SQL it says: %v", err)
	}
}

func TestAFailureShowsNoValueOfARow(t *testing.T) {
	for reason, want := range map[string]string{
		"HIVE_BAD_DATA: Error parsing field value 'secret@x' for field 1: For input string: \"secret@x\"": "field value [value]  for field 1: For input string: [value] ",
		"INVALID_CAST_ARGUMENT: Cannot cast 'secret' to INT":                                              "Cannot cast [value] to INT",
		"INVALID_CAST_ARGUMENT: Cannot cast DECIMAL(10, 2) 'secret' to DECIMAL(9, 3)":                     "Cannot cast DECIMAL(10, 2) [value] to DECIMAL",
		"INVALID_CAST_ARGUMENT: Cannot cast 'it's secret' to INT":                                         "Cannot cast [value] to INT",
		"HIVE_BAD_DATA: Error parsing field value 'o'secret' for field 1: For input string: \"o'secret\"": "[value]",
	} {
		said := failed("q-1", ending{reason: reason}).Error()
		if strings.Contains(said, "secret") || !strings.Contains(said, want) {
			t.Errorf("%s\n got %s\nwant %s", reason, said, want)
		}
	}
}

// athenaSaying is a server on which each start of a query is answered with a
// status and a body of the service.
func athenaSaying(t *testing.T, status int, body string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "GetWorkGroup") {
			_, _ = io.WriteString(w, `{"WorkGroup":{"Name":"primary","State":"ENABLED"}}`)
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	client, err := Open(t.Context(), config, Options{Output: "s3://lake/", Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// A statement that Athena refuses at once has no execution.
func TestEachRefusalOfAStatementHasItsKindAndItsFix(t *testing.T) {
	for _, c := range []struct {
		code, athena, message string
		kind                  pipeline.Kind
		fix                   string
	}{
		{"InvalidRequestException", "MALFORMED_QUERY", `line 1:9: no viable alternative at input 'DESCRIBE\"t\"'`, pipeline.BadUsage, "at line 1, column 9"},
		{"InvalidRequestException", "MALFORMED_QUERY", "Queries of this type are not supported", pipeline.BadUsage, "Correct the SQL"},
		{"InvalidRequestException", "", "line 1:10: mismatched input '<EOF>'. Expecting: 'ALTER', 'ANALYZE'", pipeline.BadUsage, "at line 1, column 10"},
		{"InvalidRequestException", "DATACATALOG_NOT_FOUND", "Catalog 'x' does not exist", pipeline.BadUsage, "awsdatacatalog"},
		{"InvalidRequestException", "INVALID_INPUT", "The S3 location provided to save your query results is invalid. Please check your S3 location is correct and is in the same region and try again. If you continue to see the issue, contact customer support for further assistance.", pipeline.BadUsage, "--region"},
		{"InvalidRequestException", "INVALID_INPUT", "Only one sql statement is allowed. Got: SELECT 1; SELECT 2", pipeline.BadUsage, "as the message says"},
		{"InvalidRequestException", "INVALID_INPUT", "WorkGroup is not found.", pipeline.BadUsage, "--workgroup"},
		{"InvalidRequestException", "INVALID_INPUT", "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: 1; Proxy: null)", pipeline.BadUsage, "stedi tables"},
		{"InvalidRequestException", "INVALID_INPUT", "Unable to verify/create output bucket example", pipeline.Denied, "s3:GetBucketLocation"},
		{"TooManyRequestsException", "", "You have exceeded the limit for the number of queries you can run concurrently.", pipeline.BadEngine, "quota of concurrent"},
		{
			"AccessDeniedException", "", "User: arn:aws:iam::123456789012:user/u is not authorized to perform: athena:StartQueryExecution on resource: arn:aws:athena:us-east-1:123456789012:workgroup/primary because no permissions boundary allows the athena:StartQueryExecution action",
			pipeline.Denied, "Allow athena:StartQueryExecution on arn:aws:athena:us-east-1:123456789012:workgroup/primary in the permissions boundary",
		},
	} {
		client := athenaSaying(t, http.StatusBadRequest, `{"__type":"`+c.code+`","AthenaErrorCode":"`+c.athena+`","Message":"`+c.message+`"}`)
		_, err := client.Querier().Query(context.Background(), "SELECT 1")
		if pipeline.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.fix) {
			t.Errorf("%s\n got %d %v\nwant %d %s", c.message, pipeline.KindOf(err), err, c.kind, c.fix)
		}
	}
}

func TestARowThatIsOneCellIsSplit(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		_, _ = io.WriteString(w, map[string]string{
			"GetWorkGroup":        `{"WorkGroup":{"Name":"primary","State":"ENABLED"}}`,
			"StartQueryExecution": `{"QueryExecutionId":"q-1"}`,
			"GetQueryExecution":   `{"QueryExecution":{"QueryExecutionId":"q-1","StatementType":"UTILITY","Status":{"State":"SUCCEEDED"}}}`,
			"GetQueryResults": `{"ResultSet":{"ResultSetMetadata":{"ColumnInfo":[{"Name":"col_name","Type":"string"},{"Name":"data_type","Type":"string"},{"Name":"comment","Type":"string"}]},
				"Rows":[{"Data":[{"VarCharValue":"user                \tstring              \tfrom deserializer   "}]},{"Data":[{"VarCharValue":"x                   \tint"}]},{"Data":[{"VarCharValue":""}]}]}}`,
		}[call])
	}))
	t.Cleanup(server.Close)
	config := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")}
	client, err := Open(t.Context(), config, Options{Output: "s3://lake/", Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	found, err := client.Querier().Query(t.Context(), "DESCRIBE t")
	if err != nil {
		t.Fatal(err)
	}
	page, err := found.Next(t.Context())
	want := [][]any{{"user", "string", "from deserializer"}, {"x", "int", nil}, {"", nil, nil}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("the rows are %q (%v)", page, err)
	}
}
