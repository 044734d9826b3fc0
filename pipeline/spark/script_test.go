package spark

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/stedi"
)

var update = flag.Bool("update", false, "rewrite the scripts of the STEDI lake")

func load(t *testing.T, folder fs.FS, profiles ...string) (*pipeline.Lake, *duckdb.Engine) {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	lake, err := definition.Load(t.Context(), folder, profiles, engine)
	if err != nil {
		t.Fatal(err)
	}
	return lake, engine
}

// made returns the derived tables of a lake, in order.
func made(lake *pipeline.Lake) (tables []*pipeline.Table) {
	for _, table := range lake.Tables {
		if !table.IsLanding() {
			tables = append(tables, table)
		}
	}
	return tables
}

func TestTheScriptsSayWhatTheSQLSays(t *testing.T) {
	lake, _ := load(t, stedi.Definition)
	var names []string
	for _, table := range made(lake) {
		want, err := Script(lake, table)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("scripts", JobName(table)+".py")
		names = append(names, file)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the template makes of %s: run go generate ./pipeline/spark", file, table.File)
		}
	}
	there, err := filepath.Glob("scripts/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != len(names) {
		t.Errorf("scripts holds %v, and the lake's jobs are %v", there, names)
	}
}

const people = "CREATE EXTERNAL TABLE people (`na\"me` string, id bigint COMMENT 'key') LOCATION '${lake}/people/landing/'"

func scriptOf(t *testing.T, sql string) (string, error) {
	t.Helper()
	lake, _ := load(t, fstest.MapFS{
		"landing/people.sql":   {Data: []byte(people)},
		"transforms/known.sql": {Data: []byte(sql)},
		"transforms/ids.sql":   {Data: []byte("-- zone: a\n-- path: ids\n-- job: list\nSELECT p.id FROM people AS p")},
	})
	return Script(lake, lake.Table("known"))
}

func TestAScriptIsMadeOfAnyDefinition(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"no stage":      {"-- zone: a\n-- path: b\nSELECT p.id FROM people AS p\n", "STAGES = []\nWITH = \"\"\"\"\"\"\nSELECT = \"\"\"-- zone: a\n-- path: b\nSELECT p.id FROM people AS p\n\"\"\"\n"},
		"no line feed":  {"-- zone: a\n-- path: b\nSELECT p.id FROM people AS p", `FROM people AS p"""` + "\n"},
		"ends in quote": {"-- zone: a\n-- path: b\nSELECT p.id AS \"x\"\"\" FROM people AS \"p\"", `SELECT = "-- zone: a\n-- path: b\nSELECT p.id AS \"x\"\"\" FROM people AS \"p\""` + "\n"},
		"a backslash":   {"-- zone: a\n-- path: b\nSELECT p.id FROM people AS p WHERE p.\"na\"\"me\" = '\\'\n", `= '\\'\n"` + "\n"},
		"a subquery":    {"-- zone: a\n-- path: b\n-- (SELECT\nWITH x AS (SELECT p.id FROM people AS p) SELECT x.id FROM x WHERE x.id IN (SELECT p.id FROM people AS p)\n", "AS (SELECT p.id FROM people AS p) \"\"\"\nSELECT = \"\"\"SELECT x.id"},
		"odd columns":   {"-- zone: a\n-- path: b\nSELECT p.id FROM people AS p\n", "            `na\"me` STRING,\n            `id` BIGINT\n"},
		"name":          {"-- zone: a\n-- path: b\nSELECT p.id FROM people AS p\n", "spark-submit known.py"},
		"job":           {"-- zone: a\n-- path: b\n-- job: known-people\nSELECT p.id FROM people AS p\n", "spark-submit known-people.py"},
	} {
		t.Run(name, func(t *testing.T) {
			script, err := scriptOf(t, c.sql)
			if err != nil || !strings.Contains(script, c.want) {
				t.Errorf("%v: %s", err, script)
			}
		})
	}
}

func TestAScriptIsRefusedWhoseNamesWouldBreakIt(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"job":       {"-- zone: a\n-- path: b\n-- job: ../known\nSELECT p.id FROM people AS p", `"../known" is not a valid name for a Glue job`},
		"same job":  {"-- zone: a\n-- path: b\n-- job: list\nSELECT p.id FROM people AS p", "its job list also builds ids"},
		"stage":     {"-- zone: a\n-- path: b\nWITH \"x'y\" AS (SELECT p.id FROM people AS p) SELECT x.id FROM \"x'y\" AS x", `is not a valid name for a stage`},
		"no SELECT": {"-- zone: a\n-- path: b\nWITH x AS (SELECT p.id FROM people AS p) FROM x", "no SELECT follows its stages"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scriptOf(t, c.sql)
			if err == nil || !strings.Contains(err.Error(), c.want) || pipeline.KindOf(err) != pipeline.BadUsage {
				t.Errorf("got %v", err)
			}
		})
	}
}
