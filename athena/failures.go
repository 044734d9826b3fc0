package athena

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// known is a failure that Athena reports, by its text.
type known struct {
	says *regexp.Regexp
	kind pipeline.Kind
	fix  string
}

const (
	dialect   = "; it is Athena's (Trino's) dialect."
	fixSQL    = "Correct the SQL" + dialect
	fixLines  = "`stedi check --engine duckdb` says which lines of which files are malformed."
	fixBusy   = "Run again later: Athena asked to slow down. The quota of concurrent queries can be raised in Service Quotas."
	fixLater  = "Run again: Athena reports a temporary error."
	fixLess   = "Read fewer rows or columns at once, and join the smaller table second; the same query will fail again."
	fixTime   = "Read less per query, or have the account's query timeout raised."
	fixName   = "Correct the name of the table; `stedi tables` lists them. `stedi deploy` creates those of the lake."
	fixTable  = "Correct the table in the catalog, whose format, columns or partitions are not those of its files; `stedi doctor` checks those of the lake."
	fixRights = "Let this identity read and write there; `stedi doctor` says what is missing."
	fixPlace  = "Correct the location of the table in the catalog; `stedi doctor` checks those of the lake."
	fixStop   = "Run again: the query was cancelled."
	fixGone   = "Run again: a file was removed or replaced while the query read it."
	fixGrant  = "Grant DESCRIBE and SELECT on the table to this identity in Lake Formation; an IAM policy alone does not allow it."
)

// failures are the failures of queries, the most specific first. The texts are
// those of the service: an error of the engine begins with its name, one of a
// DESCRIBE, SHOW or DROP with "FAILED:".
var failures = []known{
	{regexp.MustCompile(`(?i)slow ?down|reduce your request rate`), pipeline.BadEngine, "Run again later: S3 asked to slow down. Fewer and larger files cause fewer requests."},
	{regexp.MustCompile(`Bytes scanned limit`), pipeline.BadUsage, "Read less, or use a workgroup that allows more (--workgroup)."},
	{regexp.MustCompile(`(?i)query exhausted resources|^EXCEEDED_(?:LOCAL_|GLOBAL_)?MEMORY_LIMIT`), pipeline.BadEngine, fixLess},
	{regexp.MustCompile(`(?i)^EXCEEDED_TIME_LIMIT|query timeout`), pipeline.BadEngine, fixTime},
	{regexp.MustCompile(`the region '[\w-]+' is wrong|must be addressed using the specified endpoint|(?i)bucket is in this region`), pipeline.Denied, "The bucket is in another region than the query: pass --region with that of the bucket."},
	{regexp.MustCompile(`(?i)Required Table Storage Descriptor is not populated`), pipeline.Denied, fixGrant},
	{regexp.MustCompile(`KMS\.|kms:|AWSKMS`), pipeline.Denied, "Allow kms:Decrypt and kms:GenerateDataKey on the key of the bucket; `stedi deploy --dry-run` prints the IAM policies."},
	{regexp.MustCompile(`(?i)permission denied on S3 path|access denied`), pipeline.Denied, "Allow s3:GetObject and s3:ListBucket there, and s3:PutObject to build tables; `stedi doctor` says what is missing."},
	{regexp.MustCompile(`(?i)^PERMISSION_DENIED|^ACCESS_DENIED|AccessDenied|insufficient permissions`), pipeline.Denied, fixRights},
	{regexp.MustCompile(`^TABLE_NOT_FOUND|Table not found|^FAILED: .*Error 10001`), pipeline.BadUsage, fixName},
	{regexp.MustCompile(`^COLUMN_NOT_FOUND`), pipeline.BadUsage, "Correct the name of the column, or have SELECT on it granted in Lake Formation: Athena does not say which of both it is."},
	{regexp.MustCompile(`^SCHEMA_NOT_FOUND|^CATALOG_NOT_FOUND|^NOT_FOUND: (?:Schema|Session property catalog)|^Database \S+ not found|Database does not exist|^FAILED: .*Error 10072`), pipeline.BadUsage, "Name a database that exists with --database; `stedi deploy` creates that of the lake."},
	{regexp.MustCompile(`^Cannot find or access the specified table`), pipeline.BadUsage, "Correct the name of the table, or have access to it granted in Lake Formation; `stedi tables` lists the tables."},
	{regexp.MustCompile(`^(?:SYNTAX_ERROR|TYPE_MISMATCH|MALFORMED_QUERY|NOT_SUPPORTED|INVALID_VIEW|VIEW_IS_STALE|AMBIGUOUS_\w+|DUPLICATE_\w+|MISSING_\w+|EXPRESSION_\w+|MISMATCHED_\w+|\w+_NOT_FOUND)|^FAILED: (?:ParseException|SemanticException)`), pipeline.BadUsage, fixSQL},
	{regexp.MustCompile(`^(?:INVALID_CAST_ARGUMENT|INVALID_FUNCTION_ARGUMENT|DIVISION_BY_ZERO|NUMERIC_VALUE_OUT_OF_RANGE)`), pipeline.BadUsage, "A row has a value that the SQL does not expect: use TRY_CAST, TRY or NULLIF there."},
	{regexp.MustCompile(`^HIVE_PARTITION_SCHEMA_MISMATCH|incompatible with type|is declared as type`), pipeline.BadUsage, "The files have another type than the catalog: correct the column of the table."},
	{regexp.MustCompile(`^(?:HIVE_CANNOT_OPEN_SPLIT|HIVE_CURSOR_ERROR|HIVE_FILESYSTEM_ERROR).*(?:does not exist|NoSuchKey|FileNotFound|Incorrect fileSize)`), pipeline.BadEngine, fixGone},
	{regexp.MustCompile(`^HIVE_TOO_MANY_OPEN_PARTITIONS`), pipeline.BadUsage, "Write fewer partitions per query: Athena allows 100."},
	{regexp.MustCompile(`^(?:HIVE_UNKNOWN_ERROR: Unable to create input format|HIVE_UNSUPPORTED_FORMAT|HIVE_INVALID_METADATA|HIVE_INVALID_PARTITION_VALUE|INVALID_GLUE_SCHEMA|INVALID_TABLE_PROPERTY|GENERIC_INTERNAL_ERROR: (?:Value exceeds MAX_|Parent builder is null|Number of partition values))|^FAILED: NullPointerException [Nn]ame is null`), pipeline.BadUsage, fixTable},
	{regexp.MustCompile(`^HIVE_CANNOT_OPEN_SPLIT`), pipeline.BadEngine, "Check that the file named above is there and has the format of the table; `stedi doctor` checks the tables."},
	{regexp.MustCompile(`HIVE_BAD_DATA|HIVE_CURSOR_ERROR`), pipeline.BadData, fixLines},
	{regexp.MustCompile(`^HIVE_PATH_ALREADY_EXISTS`), pipeline.BadEngine, "Run again: the folder has files of a query that failed, and the next run uses another one."},
	{regexp.MustCompile(`^GENERIC_INTERNAL_ERROR|^(?:\[ErrorCode: )?INTERNAL_ERROR|NO_NODES_AVAILABLE`), pipeline.BadEngine, "Run again; if it fails again, look the query up in the history of Athena."},
}

// unknownFunction matches Athena's message about a missing function.
var unknownFunction = regexp.MustCompile(`(?i)function '?(\w+)'? (?:is )?not (?:registered|found)`)

// sqlError is an error in a statement, with its position there.
type sqlError struct {
	error
	at position
}

func (e *sqlError) Unwrap() error { return e.error }

// position is a place in a statement as Athena gets it. Lines and columns begin
// with 1; the zero value means that it is unknown.
type position struct{ line, column int }

// positionText matches the position that Athena gives.
var positionText = regexp.MustCompile(`\bline (\d+):(\d+)`)

// positionIn returns the position in a text of Athena.
func positionIn(text string) position {
	m := positionText.FindStringSubmatch(text)
	if m == nil {
		return position{}
	}
	line, _ := strconv.Atoi(m[1]) // digits
	column, _ := strconv.Atoi(m[2])
	return position{line, column}
}

// fix says how to correct the SQL at a position.
func (p position) fix() string {
	if p.line < 1 {
		return fixSQL
	}
	return fmt.Sprintf("Correct the SQL at line %d, column %d%s", p.line, p.column, dialect)
}

// on adds the position to the error that has it.
func (p position) on(err error) error {
	if p.line < 1 {
		return err
	}
	return &sqlError{err, p}
}

// explains reports whether the reason of an ending is a known failure: Athena
// also cancels queries itself, such as one over the limit of its workgroup.
func explains(reason string) bool {
	return slices.ContainsFunc(failures, func(k known) bool { return k.says.MatchString(reason) })
}

// remedy returns the kind of a failure and its fix, by the text of Athena, and the
// position of an error in the SQL.
func remedy(ended ending) (pipeline.Kind, string, position) {
	reason := ended.reason
	if fix, ok := account.MissingPermission(reason); ok {
		return pipeline.Denied, fix, position{}
	}
	kind, fix := pipeline.BadEngine, "Check the query in the history of Athena."
	if known, how, ok := byType(ended.number); ok {
		kind, fix = known, how
	} else if ended.again {
		fix = fixLater
	}
	for _, k := range failures {
		if k.says.MatchString(reason) {
			kind, fix = k.kind, k.fix
			break
		}
	}
	if fix != fixSQL {
		return kind, fix, position{}
	}
	if m := unknownFunction.FindStringSubmatch(reason); m != nil {
		if s, ok := pipeline.SubstituteFor(Name, m[1]); ok {
			return kind, "Use " + s.Use + ".", position{}
		}
	}
	at := positionIn(reason)
	return kind, at.fix(), at
}

// relocated returns an error in a statement with the position in a part of it,
// which is the SQL of the definition. Athena rewrites CREATE TABLE AS before it
// analyses it, so its positions mean nothing to the reader.
func relocated(err error, statement, part string, rewritten bool) error {
	wrong, ok := errors.AsType[*sqlError](err)
	if !ok {
		return err
	}
	before, _, found := strings.Cut(statement, part)
	at := wrong.at
	at.line -= strings.Count(before, "\n")
	fix := fixSQL
	switch {
	case rewritten:
		fix = "Correct the SQL of the transform (Athena counts the lines of its own form of it)" + dialect
	case found:
		fix = at.fix()
	}
	return withFix(err, pipeline.KindOf(wrong), fix)
}

// failed returns the error for a failed query. An error in the SQL is a usage
// error.
func failed(id string, ended ending) error {
	kind, fix, at := remedy(ended)
	return at.on(pipeline.Fail(kind, "", fix, "query %s failed: %s", id, withoutValues(account.Redact(advice.ReplaceAllString(ended.reason, "")))))
}

// advice matches what Athena adds to the reason of a statement that writes. The
// folder of a build that failed is removed, and holds nothing of another one.
var advice = regexp.MustCompile(`\.? (?:You may need to manually clean the data at location|If a data manifest file was generated at) .*Athena will not delete data in your account\.?$`)

// rowValue matches the parts of Athena's messages that hold a value of a row.
var rowValue = regexp.MustCompile(`(field value )'(?:[^']|'[^ ])*'|(For input string: )"[^\n]*?"(?:$|[ )\n])|(Cannot cast (?:\w+(?:\([^)]*\))? )?)'.*' (to )|(Value cannot be cast to \w+: ).*|(JSONException: .*?) of .*`)

// withoutValues removes values of rows, which may be personal data.
func withoutValues(text string) string {
	return rowValue.ReplaceAllString(text, "$1$2$3$5$6[value] $4")
}

// refusals are the reasons for which StartQueryExecution refuses a statement.
var refusals = []known{
	{regexp.MustCompile(`Unable to verify/create output bucket`), pipeline.Denied, "Allow s3:GetBucketLocation on the bucket of the results, and s3:PutObject in it; the bucket must exist in the workgroup's region."},
	{regexp.MustCompile(`S3 location provided to save your query results is invalid|outputLocation is not a valid S3 path`), pipeline.BadUsage, "Name a bucket of the workgroup's region for the results: in the workgroup, or by --lake s3://BUCKET/PREFIX; or pass --region."},
	{regexp.MustCompile(`No output location provided`), pipeline.BadUsage, "Set a query result location in the workgroup, or pass --lake s3://BUCKET/PREFIX."},
	{regexp.MustCompile(`WorkGroup .*(?:not found|disabled)`), pipeline.BadUsage, "Name one that exists and is enabled with --workgroup."},
	{regexp.MustCompile(`Entity Not Found`), pipeline.BadUsage, "Correct the name of the table; `stedi tables` lists them."},
	{regexp.MustCompile(`^Catalog .* does not exist`), pipeline.BadUsage, "Correct the name of the catalog; the Glue catalog is awsdatacatalog."},
	{regexp.MustCompile(`Queries of this type are not supported|No location was specified`), pipeline.BadUsage, fixSQL},
}

// refused returns the error for a statement that Athena did not start. An error
// in the SQL comes without an execution if it is found at once.
func refused(err error) error {
	explained := account.Explain(err, "start a query")
	if account.Is(err, "TooManyRequestsException") {
		return withFix(explained, pipeline.BadEngine, fixBusy)
	}
	invalid, ok := errors.AsType[*types.InvalidRequestException](err)
	if !ok {
		return explained
	}
	text := aws.ToString(invalid.Message)
	for _, k := range refusals {
		if k.says.MatchString(text) {
			return withFix(explained, k.kind, k.fix)
		}
	}
	code := aws.ToString(invalid.AthenaErrorCode)
	if code == "MALFORMED_QUERY" || positionText.MatchString(text) {
		kind, fix, at := remedy(ending{reason: "MALFORMED_QUERY: " + text, number: noType})
		return at.on(withFix(explained, kind, fix))
	}
	if fix, ok := account.MissingPermission(text); ok {
		return withFix(explained, pipeline.Denied, fix)
	}
	if strings.HasPrefix(code, "INVALID_") {
		return withFix(explained, pipeline.BadUsage, "Correct the request as the message says.")
	}
	return explained
}

// withFix returns a failure with another kind and fix.
func withFix(err error, kind pipeline.Kind, fix string) error {
	failure, ok := errors.AsType[*pipeline.Failure](err)
	if !ok {
		return err
	}
	other := *failure
	other.Kind, other.Fix = kind, fix
	return &other
}
