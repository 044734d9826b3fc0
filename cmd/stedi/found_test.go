package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

// consoleMade is a lake as people make it in the console: in another bucket, in
// other folders and formats, and with a name that is not the definition's.
type consoleMade struct {
	*testing.T
	server *awstest.AWS
	lake   string // a local lake with the same rows
	cache  string
	mu     sync.Mutex
	writes []string // calls of ours that change something
}

func madeInConsole(t *testing.T) *consoleMade {
	t.Helper()
	c := &consoleMade{T: t, server: awstest.StartDuckDB(t), lake: filepath.Join(t.TempDir(), "lake"), cache: filepath.Join(t.TempDir(), "cache")}
	copyTo(t, c.lake, landingFolder(t))
	if out, err := command(t, nil, "--batch", "--lake", c.lake).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c.server.S3.Bucket(t, "elsewhere")
	c.server.S3.Bucket(t, "results")
	c.server.Athena.Enforce(queryResults)
	c.server.Database(t, "stedi")
	columns := c.columns()
	for name, made := range map[string]awstest.Made{
		"customer_landing":         {Location: "s3://elsewhere/raw/customers/", From: "customer/landing"},
		"accelerometer_landing":    {Location: "s3://elsewhere/raw/accelerometer/", From: "accelerometer/landing"},
		"step_trainer_landing":     {Location: "s3://lake/step_trainer/landing", From: "step_trainer/landing"},
		"customer_trusted":         {Location: "s3://elsewhere/glue/customer_trusted/", From: "customer/trusted", Parquet: true},
		"accelerometer_trusted":    {Location: "s3://elsewhere/glue/accelerometer_trusted/", From: "accelerometer/trusted", Parquet: true},
		"step_trainer_trusted":     {Location: "s3://elsewhere/glue/step trainer/", From: "step_trainer/trusted"},
		"customer_curated":         {Location: "s3://elsewhere/glue/customers_curated/", From: "customer/curated", Name: "customers_curated"},
		"machine_learning_curated": {Location: "s3://lake/ml/", From: "step_trainer/curated", Parquet: true},
	} {
		if made.Name == "" {
			made.Name = name
		}
		made.From, made.Columns = filepath.Join(c.lake, filepath.FromSlash(made.From)), columns[name]
		c.server.Make(t, "stedi", made)
	}
	return c
}

// queryResults is where the workgroup puts results.
const queryResults = "s3://results/queries/"

// watch notes calls that change something, but those to Athena.
func (c *consoleMade) watch(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
	call := r.Header.Get("X-Amz-Target")
	ownResult := r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/.stedi/staging/results/")
	toS3 := call == "" && r.URL.Path != "/" && r.Method != http.MethodGet && r.Method != http.MethodHead && !ownResult
	if toS3 || regexp.MustCompile(`^AWSGlue\.(Create|Update|Delete|Batch|Put|Start)`).MatchString(call) {
		c.mu.Lock()
		c.writes = append(c.writes, call+r.Method+" "+r.URL.Path)
		c.mu.Unlock()
	}
	pass(w, r)
}

// wantNoWrites makes sure that the catalog and the buckets were only read, except
// that results of its own queries are deleted.
func (c *consoleMade) wantNoWrites() {
	c.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.writes) > 0 {
		c.Errorf("it writes: %v", c.writes)
	}
}

var ddlColumn = regexp.MustCompile("(?m)^  `(\\w+)` ([^,\n ]+)")

// columns are those that the definition gives the tables.
func (c *consoleMade) columns() map[string][]types.Column {
	c.Helper()
	out, err := command(c.T, nil, "ddl", "--output", "json", "--lake", c.lake).Output()
	if err != nil {
		c.Fatal(err)
	}
	var statements []tableDDL
	if err := json.Unmarshal(out, &statements); err != nil {
		c.Fatal(err)
	}
	columns := map[string][]types.Column{}
	for _, s := range statements {
		for _, m := range ddlColumn.FindAllStringSubmatch(s.Statement, -1) {
			columns[s.Table] = append(columns[s.Table], types.Column{Name: aws.String(strings.ToLower(m[1])), Type: aws.String(m[2])})
		}
	}
	return columns
}

// stedi runs the program on the database, and wants it to end with a code.
func (c *consoleMade) stedi(code int, args ...string) (stdout, stderr string) {
	c.Helper()
	return endsWith(c.T, code, append(args, "--engine", "athena", "--endpoint", c.server.Endpoint, "--region", awstest.Region, "--cache", c.cache)...)
}

func (c *consoleMade) check(code int, args ...string) *pipeline.Record {
	c.Helper()
	out, _ := c.stedi(code, append([]string{"check", "--output", "json"}, args...)...)
	record := &pipeline.Record{}
	if err := json.Unmarshal([]byte(out), record); err != nil {
		c.Fatal(err)
	}
	return record
}

func TestADatabaseThatOthersMadeIsReadThroughAthena(t *testing.T) {
	c := madeInConsole(t)
	for _, promise := range []struct {
		name string
		is   func(*consoleMade)
	}{
		{"its tables are checked, previewed and queried", (*consoleMade).isRead},
		{"what would change it is refused", (*consoleMade).isNotChanged},
		{"a workgroup must say where results go", (*consoleMade).needsResults},
		{"columns that differ are findings", (*consoleMade).comparesColumns},
		{"the doctor examines its tables, its workgroup and the account", (*consoleMade).isExamined},
		{"a landing table that the catalog lacks is a finding", (*consoleMade).reportsWhatIsMissing},
	} {
		t.Run(promise.name, func(t *testing.T) {
			part := &consoleMade{T: t, server: c.server, lake: c.lake, cache: c.cache}
			part.server.Between(part.watch)
			promise.is(part)
			part.wantNoWrites()
		})
	}
}

func (c *consoleMade) isRead() {
	record := c.check(0, "--database", "stedi")
	for table, want := range madeRows {
		if got := record.Table(table); got.Rows != want || got.Missing || got.Expected == nil {
			c.Errorf("%s has %d rows (expected %v, missing %v), want %d", table, got.Rows, got.Expected, got.Missing, want)
		}
	}
	if s := record.Spending; s == nil || s.ScannedBytes == 0 || s.CostUSD == 0 || len(s.QueryIDs) != len(c.server.Athena.Executions()) {
		c.Errorf("what it cost is %+v, of %d queries", s, len(c.server.Athena.Executions()))
	}
	alone := slices.ContainsFunc(c.server.Athena.Executions(), func(e string) bool {
		return strings.Contains(e, "c.serialNumber = ''") && !strings.Contains(e, "count_if")
	})
	if alone {
		c.Errorf("a check that filters one table is asked for alone")
	}
	for _, check := range record.Checks {
		if check.State == "fail" && check.Severity == "error" || check.State == "skipped" && check.Check != "unchanged" && check.Check != "fresh" {
			c.Errorf("%s of %s: %s: %s", check.Check, check.Table, check.State, check.Message)
		}
	}
	if text, said := c.stedi(0, "check", "--database", "stedi"); !strings.Contains(text, "built elsewhere") || !regexp.MustCompile(`\d+ queries for counts and checks: [\d,]+ bytes scanned, \$0\.\d+`).MatchString(text) || !strings.Contains(said, "customer_curated is the table customers_curated of the database stedi") {
		c.Errorf("the check says\n%s%s", text, said)
	}
	for _, lake := range [][]string{{"--lake", "glue://stedi"}, {"--lake", "s3://lake/a", "--database", "stedi"}} {
		out, said := c.stedi(0, append([]string{"preview", "customer_curated", "-n", "2"}, lake...)...)
		if !strings.Contains(out, "2 of 482 rows") || !strings.Contains(said, "bytes scanned") {
			c.Errorf("the preview says %s%s", out, said)
		}
	}
	out, _ := c.stedi(0, "query", "--database", "stedi", "--output", "csv",
		"-- both names\nwith c as (select * from customer_curated) select (select count(*) from c) as a, (select count(*) from customers_curated) as b, count(*) as n from machine_learning_curated")
	if !strings.Contains(out, "482,482,43681") {
		c.Errorf("the query says %s", out)
	}
	if out, _ := c.stedi(0, "tables", "--database", "stedi"); !regexp.MustCompile(`customers_curated +curated +table +JSON`).MatchString(out) {
		c.Errorf("the tables are\n%s", out)
	}
}

func (c *consoleMade) isExamined() {
	for _, lake := range [][]string{{"--lake", "glue://stedi"}, {"--database", "stedi"}, {"--lake", "s3://lake/a", "--database", "stedi"}} {
		out, _ := c.stedi(2, append([]string{"doctor"}, lake...)...)
		for _, want := range []string{
			"ok     credentials: ", "ok     catalog: customer_curated is the table customers_curated", "ok     workgroup primary: ",
			"ok     customer_curated: in s3://elsewhere/glue/customers_curated", "ok     machine_learning_curated: in s3://lake/ml",
		} {
			if !strings.Contains(out, want) {
				c.Errorf("doctor %v lacks %q:\n%s", lake, want, out)
			}
		}
		if strings.Count(out, "WRONG") != 1 || !strings.Contains(out, "WRONG  stedi.step_trainer_landing: s3://lake/step_trainer/landing has no slash") || strings.Contains(out, "deploy") {
			c.Errorf("doctor %v says\n%s", lake, out)
		}
	}
	out, _ := c.stedi(2, "doctor", "--lake", "glue://none")
	if !strings.Contains(out, "WRONG") || !strings.Contains(out, "none") {
		c.Errorf("of a database that is not there it says\n%s", out)
	}
}

func (c *consoleMade) isNotChanged() {
	for _, args := range [][]string{{"run"}, {"--batch"}, {"rollback", "customer_trusted"}, {"plan"}, {"prove"}} {
		_, said := c.stedi(2, append(args, "--database", "stedi")...)
		if !strings.Contains(said, "were built outside stedi and are only read") || !strings.Contains(said, "stedi deploy") {
			c.Errorf("%v says %s", args, said)
		}
	}
	if _, said := c.stedi(2, "check", "--database", "stedi", "--max-scan", "20MB"); !strings.Contains(said, "are allowed for all of them") {
		c.Errorf("the limit does not hold for all queries together: %s", said)
	}
	if _, said := c.stedi(2, "check", "--database", "stedy"); !strings.Contains(said, "no database stedy") || !strings.Contains(said, "--database: ") {
		c.Errorf("a database that is not there: %s", said)
	}
}

func (c *consoleMade) needsResults() {
	c.server.Athena.Enforce("")
	if _, said := c.stedi(2, "check", "--database", "stedi"); !strings.Contains(said, "no query result location") || !strings.Contains(said, "Set a query result location") {
		c.Errorf("it says %s", said)
	}
	c.stedi(0, "check", "--database", "stedi", "--lake", "s3://lake/a")
	c.server.Athena.Enforce(queryResults)
}

func (c *consoleMade) comparesColumns() {
	columns := c.columns()["customer_curated"]
	last := len(columns) - 1
	lost := aws.ToString(columns[0].Name)
	columns[0] = types.Column{Name: aws.String("remark"), Type: aws.String("string")}
	columns[last].Type = aws.String("string")
	c.server.Make(c.T, "stedi", awstest.Made{Name: "curated_2", Location: "s3://elsewhere/other/", Columns: columns, From: filepath.Join(c.lake, "customer", "curated")})
	record := c.check(1, "--database", "stedi", "--map", "customer_curated=curated_2")
	for _, check := range record.Checks {
		if check.State != "fail" || check.Severity == "warning" {
			continue
		}
		if check.Check != "columns" || check.Table != "customer_curated" {
			c.Errorf("%s of %s: %s", check.Check, check.Table, check.Message)
		}
		for _, want := range []string{lost + " string is missing", "remark string is not in the definition", aws.ToString(columns[last].Name) + " is string instead of bigint"} {
			if !strings.Contains(check.Message, want) {
				c.Errorf("%q is not in %q", want, check.Message)
			}
		}
	}
	if out, _ := c.stedi(0, "preview", "customer_curated", "-n", "1", "--database", "stedi", "--map", "customer_curated=curated_2"); !strings.Contains(out, "1 of 482 rows") {
		c.Errorf("the preview says %s", out)
	}
}

func (c *consoleMade) reportsWhatIsMissing() {
	_, err := c.server.Glue.Client.DeleteTable(c.Context(), &glue.DeleteTableInput{DatabaseName: aws.String("stedi"), Name: aws.String("step_trainer_landing")})
	if err != nil {
		c.Fatal(err)
	}
	c.server.Make(c.T, "stedi", awstest.Made{Name: "steps_raw", Location: "s3://elsewhere/raw/steps/", Columns: c.columns()["step_trainer_landing"], From: filepath.Join(c.lake, "step_trainer", "landing")})
	c.check(0, "--database", "stedi", "--map", "step_trainer_landing=steps_raw")
	record := c.check(1, "--database", "stedi")
	found := false
	for _, check := range record.Checks {
		if check.Check == "readable" && check.Table == "step_trainer_landing" {
			found = check.State == "fail" && strings.Contains(check.Message, "the database stedi has no table step_trainer_landing") && strings.Contains(check.Message, "--map step_trainer_landing=steps_raw")
		} else if check.State == "fail" && check.Severity == "error" {
			c.Errorf("%s of %s: %s", check.Check, check.Table, check.Message)
		}
	}
	if !found || record.Error != "" {
		c.Errorf("it is no finding: %+v %s", record.Checks, record.Error)
	}
	if rows := record.Table("machine_learning_curated").Rows; rows != 43681 {
		c.Errorf("machine_learning_curated has %d rows", rows)
	}
}
