package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/awstest"
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
	cmd := command(c.T, nil, append(args, "--endpoint", c.server.Endpoint, "--region", awstest.Region, "--cache", c.cache)...)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		c.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		c.Fatalf("stedi %s ended with %d, not %d\n%s%s", strings.Join(args, " "), got, code, out.String(), said.String())
	}
	return out.String(), said.String()
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
	c := newCountedLake(t, awstest.StartAWS(t))
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
			name: "two mistakes which nothing inherits",
			wrong: map[string]string{
				"customer_curated":         plantedSQL(t, "customer_curated.appended_twice"),
				"machine_learning_curated": plantedSQL(t, "machine_learning_curated.joined_landing"),
			},
			want:    map[string]string{"customer_curated": "wrong appended_twice certain", "machine_learning_curated": "wrong joined_landing certain"},
			parquet: []string{"machine_learning_curated", "accelerometer_landing"},
		},
		{
			name:  "two mistakes that give the same rows", // the parent folder has all customers, too
			wrong: map[string]string{"accelerometer_trusted": plantedSQL(t, "accelerometer_trusted.joined_landing")},
			want:  map[string]string{"accelerometer_trusted": "wrong joined_landing ambiguous parent_prefix ambiguous", "machine_learning_curated": "inherited"},
			slow:  true,
		},
		{
			name:  "one row for each value of a column",
			wrong: map[string]string{"customer_trusted": "SELECT DISTINCT ON (c.birthDay) * FROM customer_landing AS c WHERE c.shareWithResearchAsOfDate > 0"},
			want:  map[string]string{"customer_trusted": "wrong deduplicated_on_wrong_key certain", "accelerometer_trusted": "inherited", "customer_curated": "inherited", "step_trainer_trusted": "inherited", "machine_learning_curated": "inherited"},
			slow:  true,
		},
		{
			name:  "a fault that is no known mistake",
			wrong: map[string]string{"step_trainer_trusted": "SELECT DISTINCT s.* FROM step_trainer_landing AS s WHERE s.serialNumber IN (SELECT serialNumber FROM customer_curated) AND s.sensorReadingTime % 7 <> 0"},
			want:  map[string]string{"step_trainer_trusted": "wrong unknown unknown", "machine_learning_curated": "inherited"},
		},
	} {
		t.Run(mistake.name, func(t *testing.T) {
			if mistake.slow {
				awstest.Whole(t)
			}
			part := *c
			part.T = t
			database := "lake_" + strings.Trim(strings.Map(func(r rune) rune {
				if r < 'a' || r > 'z' {
					return '_'
				}
				return r
			}, mistake.name), "_")
			part.build(database, mistake.wrong, mistake.parquet...)
			code := 1
			if len(mistake.want) == 0 {
				code = 0
			}
			report := part.why(code, "--engine", "athena", "--database", database, "--yes")
			if got := verdicts(report); fmt.Sprint(got) != fmt.Sprint(mistake.want) {
				t.Errorf("got %v, want %v", got, mistake.want)
			}
		})
	}
}
