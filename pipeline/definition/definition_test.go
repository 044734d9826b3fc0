package definition_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/laketest"
	"stedi/pipeline/stedi"
)

func TestSTEDIIsReadFromItsSQL(t *testing.T) {
	lake, err := definition.Load(t.Context(), stedi.Definition, nil, laketest.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, table := range lake.Tables {
		line := table.Zone + " " + table.Path + " " + table.Name
		if table.Transform != nil {
			line += " <- " + strings.Join(table.Transform.Inputs, " ") + " | " + strings.Join(table.Transform.Stages, " ") + " | " + table.Transform.Job
		}
		got = append(got, line)
	}
	want := []string{
		"landing accelerometer/landing accelerometer_landing",
		"landing customer/landing customer_landing",
		"landing step_trainer/landing step_trainer_landing",
		"trusted customer/trusted customer_trusted <- customer_landing | complete consented | customer_landing_to_trusted",
		"trusted accelerometer/trusted accelerometer_trusted <- accelerometer_landing customer_trusted | complete consented | accelerometer_landing_to_trusted",
		"curated customer/curated customer_curated <- customer_trusted accelerometer_trusted | measured | customer_trusted_to_curated",
		"trusted step_trainer/trusted step_trainer_trusted <- step_trainer_landing customer_curated | complete owned | step_trainer_trusted",
		"curated step_trainer/curated machine_learning_curated <- step_trainer_trusted accelerometer_trusted |  | machine_learning_curated",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var columns []string
	for _, c := range lake.Table("machine_learning_curated").Columns {
		columns = append(columns, c.Name+" "+c.Type.String())
	}
	if want := "sensorreadingtime bigint, serialnumber string, distancefromobject int, x double, y double, z double"; strings.Join(columns, ", ") != want {
		t.Errorf("the training set has %s, want %s", strings.Join(columns, ", "), want)
	}
}

func TestDefinitionFaults(t *testing.T) {
	const (
		landing = "CREATE EXTERNAL TABLE raw (a string, n int) LOCATION '${lake}/raw/landing/'"
		header  = "-- zone: trusted\n-- path: clean/trusted\n"
		good    = header + "SELECT r.a, r.n FROM raw AS r"
	)
	for _, c := range []struct {
		name  string
		files map[string]string // added to a valid definition; empty: removed
		where string
		says  string
	}{
		{"a cycle", map[string]string{
			"transforms/clean.sql": header + "SELECT x.a FROM other AS x",
			"transforms/other.sql": "-- zone: z\n-- path: other\nSELECT x.a FROM clean AS x",
		}, "transforms/", "a table cannot depend on itself: clean <- other <- clean"},
		{"a missing table", map[string]string{"transforms/clean.sql": header + "SELECT 1 AS one\nFROM nowhere AS n"}, "transforms/clean.sql:4", `reads "nowhere"`},
		{"two files making one table", map[string]string{"transforms/raw.sql": "-- zone: z\n-- path: p\nSELECT 1 AS one"}, "transforms/raw.sql", "already built by landing/raw.sql"},
		{"SQL that does not parse", map[string]string{"transforms/clean.sql": header + "SELECT r.a\nFROM WHERE"}, "transforms/clean.sql:4", "syntax error"},
		{"a statement that is no SELECT", map[string]string{"transforms/clean.sql": header + "DROP TABLE raw"}, "transforms/clean.sql", "only a SELECT"},
		{"two statements", map[string]string{"transforms/clean.sql": good + "; SELECT 1"}, "transforms/clean.sql", "one SELECT expected"},
		{"a column that is not there", map[string]string{"transforms/clean.sql": header + "SELECT r.a,\n  r.b\nFROM raw AS r"}, "transforms/clean.sql:4", `"b"`},
		{"a type that a table cannot have", map[string]string{"transforms/clean.sql": header + "SELECT INTERVAL 1 DAY AS d FROM raw AS r"}, "transforms/clean.sql", "CAST it"},
		{"a column twice", map[string]string{"transforms/clean.sql": header + "SELECT r.a, r.n AS \"A\" FROM raw AS r"}, "transforms/clean.sql", "the column a twice"},
		{"no header", map[string]string{"transforms/clean.sql": "SELECT r.a FROM raw AS r"}, "transforms/clean.sql:1", "the header must say"},
		{"a path out of the lake", map[string]string{"transforms/clean.sql": "-- zone: z\n-- path: ../x\nSELECT 1 AS one"}, "transforms/clean.sql", "is not a path below the lake"},
		{"a landing path out of the lake", map[string]string{"landing/raw.sql": strings.Replace(landing, "raw/landing", "../raw", 1)}, "landing/raw.sql", "is not a path below the lake"},
		{"a name that is a statement", map[string]string{"transforms/x;drop.sql": "-- zone: z\n-- path: p\nSELECT 1 AS one"}, "transforms/x;drop.sql", "names have at most"},
		{"a name of 300 characters", map[string]string{"transforms/" + strings.Repeat("x", 300) + ".sql": "-- zone: z\n-- path: p\nSELECT 1 AS one"}, "transforms/", "names have at most"},
		{"folders within each other", map[string]string{"transforms/clean.sql": "-- zone: z\n-- path: raw\nSELECT 1 AS one"}, "landing/raw.sql", "is inside that of clean"},
		{"a profile that replaces nothing", map[string]string{"profiles/p/other.sql": good}, "profiles/p/other.sql", "no transforms/other.sql"},
		{"no landing table", map[string]string{"landing/raw.sql": ""}, "landing", "no *.sql file"},
		{"expectations that are no JSON", map[string]string{"expectations.json": "[\n {\"nam\": 1}]"}, "expectations.json:2", "unknown field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"landing/raw.sql": landing, "transforms/clean.sql": good}
			maps.Copy(files, c.files)
			folder := fstest.MapFS{}
			for name, text := range files {
				if text != "" {
					folder[name] = &fstest.MapFile{Data: []byte(text)}
				}
			}
			_, err := definition.Load(t.Context(), folder, definition.Profiles(folder), laketest.Engine(t))
			var fault *definition.Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, want a *DefinitionError", err)
			}
			if kind := pipeline.KindOf(err); kind != pipeline.BadUsage {
				t.Errorf("exit code %d, want %d", kind, pipeline.BadUsage)
			}
			if text := fault.Error(); !strings.HasPrefix(text, c.where) || !strings.Contains(text, c.says) {
				t.Errorf("got %q, want %s … %s", text, c.where, c.says)
			}
		})
	}
}

func TestProfilesReplaceTransforms(t *testing.T) {
	lake, err := definition.Load(t.Context(), stedi.Definition, []string{"strict", "per_customer"}, laketest.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := lake.Table("accelerometer_trusted").Transform.Stages; !slices.Equal(got, []string{"complete", "consented", "since_consent"}) {
		t.Errorf("strict has the stages %v", got)
	}
	if got := lake.Table("machine_learning_curated").Transform.Inputs; !slices.Equal(got, []string{"step_trainer_trusted", "accelerometer_trusted", "customer_curated"}) {
		t.Errorf("per_customer reads %v", got)
	}
	if _, err := definition.Load(t.Context(), stedi.Definition, []string{"stict"}, laketest.Engine(t)); pipeline.KindOf(err) != pipeline.BadUsage {
		t.Errorf("an unknown profile gives %v", err)
	}
}

func TestExpectationsHoldOnlyForAKnownDataSet(t *testing.T) {
	lake, err := definition.Load(t.Context(), stedi.Definition, nil, laketest.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]int64{"customer_landing": 956, "accelerometer_landing": 81273, "step_trainer_landing": 28680}
	if got := lake.Expect(known)["machine_learning_curated"]; got != 43681 {
		t.Errorf("the known data set is expected to give %d rows", got)
	}
	known["customer_landing"]++
	if got := lake.Expect(known); got != nil {
		t.Errorf("unknown data is expected to give %v", got)
	}
}

func TestNamesAreThoseOfTheLake(t *testing.T) {
	names := definition.NamesOf(laketest.Orders)
	if got := strings.Join(names.Tables, " "); got != "bought known names turnover orders people" {
		t.Errorf("tables: %s", got)
	}
	if got := strings.Join(names.Zones, " "); got != "landing trusted curated" {
		t.Errorf("zones: %s", got)
	}
}
