package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/awstest"
	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/sample"
	"stedi/pipeline/stedi"
)

// countedLake is a small lake as another tool may have built it: some of its
// tables with wrong SQL.
type countedLake struct {
	*testing.T
	server  *awstest.AWS
	db      *sql.DB
	columns map[string][]types.Column
	folder  string // of the database that was made last
	cache   string
}

// lakeTables are the tables in their order, with their folders.
var lakeTables = [][2]string{
	{"accelerometer_landing", "accelerometer/landing"},
	{"customer_landing", "customer/landing"},
	{"step_trainer_landing", "step_trainer/landing"},
	{"customer_trusted", "customer/trusted"},
	{"accelerometer_trusted", "accelerometer/trusted"},
	{"customer_curated", "customer/curated"},
	{"step_trainer_trusted", "step_trainer/trusted"},
	{"machine_learning_curated", "step_trainer/curated"},
}

// countedLanding takes a part of the sample data: some customers, some of them
// twice, and the rows of their devices.
var countedLanding = []string{
	`DELETE FROM customer_landing WHERE hash(email) % 20 <> 0`,
	`INSERT INTO customer_landing SELECT * FROM customer_landing WHERE hash(email) % 3 = 0`,
	`DELETE FROM step_trainer_landing WHERE serialNumber NOT IN (SELECT serialNumber FROM customer_landing)`,
	`DELETE FROM accelerometer_landing WHERE timestamp NOT IN (SELECT sensorReadingTime FROM step_trainer_landing) AND hash(timestamp, x) % 512 <> 0`,
	`INSERT INTO accelerometer_landing SELECT * FROM accelerometer_landing LIMIT 20`,
}

func newCountedLake(t *testing.T, server *awstest.AWS) *countedLake {
	t.Helper()
	whole := filepath.Join(t.TempDir(), "whole")
	if _, err := sample.Write(t.Context(), whole, sample.Options{Scale: 1, Seed: 5}); err != nil {
		t.Fatal(err)
	}
	c := &countedLake{T: t, server: server, cache: filepath.Join(t.TempDir(), "cache")}
	var err error
	if c.db, err = sql.Open("duckdb", ""); err != nil {
		t.Fatal(err)
	}
	c.db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = c.db.Close() })
	c.columns = (&consoleMade{T: t, lake: whole}).columns()
	for _, table := range lakeTables[:3] {
		var columns []string
		for _, of := range c.columns[table[0]] {
			columns = append(columns, fmt.Sprintf("CAST(%[1]s AS %[2]s) AS %[1]s", *of.Name, *of.Type))
		}
		c.run("CREATE TABLE " + table[0] + " AS SELECT " + strings.Join(columns, ", ") + " FROM read_ndjson('" + whole + "/" + table[1] + "/*.json')")
	}
	for _, statement := range countedLanding {
		c.run(statement)
	}
	server.Athena.Enforce(queryResults)
	server.S3.Bucket(t, "results")
	return c
}

func (c *countedLake) run(statement string) {
	c.Helper()
	if _, err := c.db.ExecContext(c.Context(), statement); err != nil {
		c.Fatalf("%v\n%s", err, statement)
	}
}

// build makes a database: the derived tables are what their transforms return,
// or the given SQL; some as Parquet.
func (c *countedLake) build(database string, wrong map[string]string, parquet ...string) {
	c.Helper()
	c.folder = filepath.Join(c.TempDir(), database)
	c.server.Database(c.T, database)
	for _, t := range lakeTables {
		name, folder := t[0], filepath.Join(c.folder, filepath.FromSlash(t[1]))
		if !strings.HasSuffix(name, "_landing") {
			query, ok := wrong[name]
			if !ok {
				text, err := fs.ReadFile(stedi.Definition, "transforms/"+name+".sql")
				if err != nil {
					c.Fatal(err)
				}
				query = string(text)
			}
			c.run("CREATE OR REPLACE TABLE " + name + " AS " + query)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			c.Fatal(err)
		}
		c.run("COPY " + name + " TO '" + folder + "/rows.json' (FORMAT json)")
		c.server.Make(c.T, database, awstest.Made{
			Name: name, Location: "s3://lake/" + database + "/" + t[1] + "/", Columns: c.columns[name], From: folder, Parquet: slices.Contains(parquet, name),
		})
	}
}

// stedi runs the program, and wants it to end with a code.
func (c *countedLake) stedi(code int, args ...string) (stdout, stderr string) {
	c.Helper()
	return endsWith(c.T, code, append(args, "--endpoint", c.server.Endpoint, "--region", awstest.Region, "--cache", c.cache)...)
}

func (c *countedLake) why(code int, args ...string) *diagnose.Report {
	c.Helper()
	out, said := c.stedi(code, append([]string{"why", "--output", "json"}, args...)...)
	var report diagnose.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Schema != diagnose.Schema {
		c.Fatalf("%v\n%s%s", err, out, said)
	}
	return &report
}

// verdicts are the tables that are not right, with their causes.
func verdicts(report *diagnose.Report) map[string]string {
	found := map[string]string{}
	for _, t := range report.Tables {
		if t.State == diagnose.Right {
			continue
		}
		found[t.Table] = string(t.State)
		for _, c := range t.Causes {
			found[t.Table] += " " + c.ID + " " + string(c.Certainty)
		}
	}
	return found
}

// planted is the SQL of a mistake.
func plantedSQL(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "pipeline", "diagnose", "testdata", "planted", name+".sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCausesAreCountedByAthena(t *testing.T) {
	c := newCountedLake(t, awstest.StartDuckDB(t))
	for _, mistake := range []struct {
		name    string
		wrong   map[string]string
		want    map[string]string
		parquet []string
		slow    bool
	}{
		{name: "a correct lake", want: map[string]string{}, parquet: []string{"customer_trusted", "machine_learning_curated"}},
		{
			name: "three mistakes in three tables",
			wrong: map[string]string{
				"customer_trusted":         plantedSQL(t, "customer_trusted.no_consent_filter"),
				"accelerometer_trusted":    "SELECT a.* FROM accelerometer_landing AS a WHERE a.user IN (SELECT email FROM customer_trusted)",
				"machine_learning_curated": plantedSQL(t, "machine_learning_curated.time_rounded"),
			},
			want: map[string]string{
				"customer_trusted": "wrong no_consent_filter certain", "accelerometer_trusted": "wrong no_distinct certain",
				"customer_curated": "inherited", "step_trainer_trusted": "inherited",
				"machine_learning_curated": "wrong time_rounded certain",
			},
			parquet: []string{"customer_trusted"},
		},
		{
			name:  "two mistakes that give the same rows", // the parent folder has all customers, too
			wrong: map[string]string{"accelerometer_trusted": plantedSQL(t, "accelerometer_trusted.joined_landing")},
			want:  map[string]string{"accelerometer_trusted": "wrong joined_landing ambiguous parent_prefix ambiguous"},
			slow:  true,
		},
		{
			name:  "one row for each value of a column",
			wrong: map[string]string{"customer_trusted": "SELECT DISTINCT ON (c.phone) * FROM customer_landing AS c WHERE c.shareWithResearchAsOfDate > 0"},
			want:  map[string]string{"customer_trusted": "wrong deduplicated_on_wrong_key certain", "accelerometer_trusted": "inherited", "customer_curated": "inherited", "step_trainer_trusted": "inherited", "machine_learning_curated": "inherited"},
			slow:  true,
		},
		{
			name:  "a fault that is no known mistake",
			wrong: map[string]string{"step_trainer_trusted": "SELECT DISTINCT s.* FROM step_trainer_landing AS s WHERE s.serialNumber IN (SELECT serialNumber FROM customer_curated) AND s.sensorReadingTime % 7 <> 0"},
			want:  map[string]string{"step_trainer_trusted": "wrong unknown unknown", "machine_learning_curated": "inherited"},
			slow:  true,
		},
	} {
		t.Run(mistake.name, func(t *testing.T) {
			if mistake.slow {
				awstest.Whole(t)
			}
			c.at(t).finds(mistake.name, mistake.wrong, mistake.want, mistake.parquet...)
		})
	}
	t.Run("nothing is spent without consent", func(t *testing.T) { c.at(t).asksFirst() })
	t.Run("a check names the causes", func(t *testing.T) { c.at(t).diagnoses() })
	t.Run("the default engine reads the files instead", func(t *testing.T) { c.at(t).readsFiles() })
}

// finds builds a database with wrong SQL, and wants its causes to be found.
func (c *countedLake) finds(name string, wrong, want map[string]string, parquet ...string) {
	c.Helper()
	database := "lake_" + strings.ReplaceAll(name, " ", "_")
	c.build(database, wrong, parquet...)
	code := 1
	if len(want) == 0 {
		code = 0
	}
	if got := verdicts(c.why(code, "--engine", "athena", "--database", database, "--yes")); fmt.Sprint(got) != fmt.Sprint(want) {
		c.Errorf("got %v, want %v", got, want)
	}
}

// Trino takes the SQL in which candidates are written.
func TestCausesAreCountedInAthenasDialect(t *testing.T) {
	awstest.Whole(t)
	c := newCountedLake(t, awstest.StartTrino(t))
	c.finds("a correct lake", nil, nil, "customer_trusted", "machine_learning_curated")
	c.finds("times in seconds", map[string]string{"machine_learning_curated": plantedSQL(t, "machine_learning_curated.time_rounded")},
		map[string]string{"machine_learning_curated": "wrong time_rounded certain"}, "accelerometer_landing")
}

// threeMistakes is a database that the first cases have made.
const threeMistakes = "lake_three_mistakes_in_three_tables"

func (c *countedLake) at(t *testing.T) *countedLake {
	t.Helper()
	part := *c
	part.T = t
	return &part
}

func (c *countedLake) asksFirst() {
	before := len(c.server.Athena.Executions())
	for _, args := range [][]string{{"why"}, {"check", "--diagnose"}} {
		_, said := c.stedi(2, append(args, "--engine", "athena", "--database", threeMistakes)...)
		if !strings.Contains(said, "no terminal to ask on") || !strings.Contains(said, "Pass --yes") {
			c.Errorf("%v says %s", args, said)
		}
	}
	_, said := c.stedi(2, "why", "--engine", "athena", "--database", threeMistakes)
	if !regexp.MustCompile(`up to [\d,]{7,} bytes are scanned in 2 queries: about \$0\.000\d+`).MatchString(said) {
		c.Errorf("it does not say what it would cost: %s", said)
	}
	for _, flag := range []string{"--fixture", "--counts"} {
		if _, said := c.stedi(2, "why", "--engine", "athena", "--database", threeMistakes, "--yes", flag); !strings.Contains(said, flag+" is not supported") {
			c.Errorf("%s: %s", flag, said)
		}
	}
	if after := len(c.server.Athena.Executions()); after != before {
		c.Errorf("%d queries were started", after-before)
	}
	if _, said := c.stedi(2, "why", "--engine", "athena", "--database", threeMistakes, "--yes", "--max-scan", "1MB"); !strings.Contains(said, "--max-scan") {
		c.Errorf("the limit does not hold: %s", said)
	}
}

// diagnoses finds two mistakes that nothing inherits.
func (c *countedLake) diagnoses() {
	c.build("two_mistakes", map[string]string{
		"customer_curated":         plantedSQL(c.T, "customer_curated.appended_twice"),
		"machine_learning_curated": plantedSQL(c.T, "machine_learning_curated.joined_landing2"),
	}, "machine_learning_curated", "accelerometer_landing")
	before := len(c.server.Athena.Executions())
	out, _ := c.stedi(1, "check", "--diagnose", "--yes", "--output", "json", "--engine", "athena", "--database", "two_mistakes")
	var record struct {
		Checks []struct {
			Table     string           `json:"table"`
			Diagnosis []diagnose.Table `json:"diagnosis"`
		} `json:"checks"`
		Spending *pipeline.SpendingRecord `json:"spending"`
	}
	if err := json.Unmarshal([]byte(out), &record); err != nil {
		c.Fatalf("%v\n%s", err, out)
	}
	found := map[string]string{}
	for _, check := range record.Checks {
		for _, t := range check.Diagnosis {
			found[check.Table] = t.Causes[0].ID + " " + string(t.Causes[0].Certainty)
		}
	}
	if want := map[string]string{"customer_curated": "appended_twice certain", "machine_learning_curated": "joined_landing certain"}; fmt.Sprint(found) != fmt.Sprint(want) {
		c.Errorf("the checks name the causes %v, want %v", found, want)
	}
	if s := record.Spending; s == nil || len(s.QueryIDs) != len(c.server.Athena.Executions())-before {
		c.Errorf("what it cost is %+v", s)
	}
}

func (c *countedLake) readsFiles() {
	before := len(c.server.Athena.Executions())
	report := c.why(1, "--lake", "glue://"+threeMistakes)
	want := map[string]string{
		"customer_trusted": "wrong no_consent_filter certain", "accelerometer_trusted": "wrong no_distinct certain",
		"customer_curated": "inherited", "step_trainer_trusted": "inherited",
		"machine_learning_curated": "wrong time_rounded certain",
	}
	if got := verdicts(report); fmt.Sprint(got) != fmt.Sprint(want) {
		c.Errorf("got %v, want %v", got, want)
	}
	if len(report.Table("customer_trusted").Causes[0].Witness) == 0 {
		c.Errorf("no rows prove the cause")
	}
	if after := len(c.server.Athena.Executions()); after != before {
		c.Errorf("%d queries were started", after-before)
	}
}
