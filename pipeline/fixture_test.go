package pipeline_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/fixture"
	"stedi/pipeline/stedi"
)

// rehearse runs the fixtures of the named tables of a definition, or of all
// tables.
func rehearse(t *testing.T, folder fs.FS, e *duckdb.Engine, tables ...string) (results []fixture.Result, err error) {
	t.Helper()
	lake, err := definition.Load(t.Context(), folder, nil, e)
	if err != nil {
		t.Fatal(err)
	}
	fixtures, err := fixture.Load(lake, folder)
	if err != nil {
		return nil, err
	}
	fixtures = slices.DeleteFunc(fixtures, func(f *fixture.Fixture) bool { return len(tables) > 0 && !slices.Contains(tables, f.Table) })
	r := fixture.Rehearsal{Definition: folder, Parser: e, Engine: e, Temp: t.TempDir()}
	err = r.Run(t.Context(), fixtures, func(result fixture.Result) { results = append(results, result) })
	return results, err
}

func failures(results []fixture.Result) []string {
	var failed []string
	for _, r := range results {
		if r.Failed() {
			failed = append(failed, fmt.Sprintf("%s: %s: missing %s, surplus %s, %s", r.Table, r.Case, r.Missing, r.Surplus, r.Error))
		}
	}
	return failed
}

func TestDefinitionsDoWhatTheirFixturesSay(t *testing.T) {
	for name, folder := range map[string]fs.FS{"stedi": stedi.Definition, "library": os.DirFS("../testdata/library")} {
		t.Run(name, func(t *testing.T) {
			e := engine(t)
			results, err := rehearse(t, folder, e)
			if err != nil {
				t.Fatal(err)
			}
			for _, failed := range failures(results) {
				t.Error(failed)
			}
			lake, err := definition.Load(t.Context(), folder, nil, e)
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range lake.Tables {
				tested := slices.ContainsFunc(results, func(r fixture.Result) bool { return r.Table == table.Name })
				if !table.IsLanding() && !tested {
					t.Errorf("nothing tests %s", table.Name)
				}
			}
		})
	}
}

// These are wrong versions of each transform, as people write them: the
// fixtures must detect every one.
func TestFixturesNoticeWrongTransforms(t *testing.T) {
	const (
		customers   = "transforms/customer_trusted.sql"
		motion      = "transforms/accelerometer_trusted.sql"
		strict      = "profiles/strict/accelerometer_trusted.sql"
		curated     = "transforms/customer_curated.sql"
		steps       = "transforms/step_trainer_trusted.sql"
		training    = "transforms/machine_learning_curated.sql"
		perCustomer = "profiles/per_customer/machine_learning_curated.sql"
	)
	folder := map[string]string{}
	err := fs.WalkDir(stedi.Definition, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var text []byte
			text, err = fs.ReadFile(stedi.Definition, name)
			folder[name] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t)
	for i, c := range []struct{ file, old, wrong string }{
		{customers, "AsOfDate > 0\n", "AsOfDate >= 0\n"},
		{customers, "c.shareWithResearchAsOfDate > 0\n", "c.shareWithResearchAsOfDate IS NOT NULL\n"},
		{customers, "c.shareWithResearchAsOfDate > 0\n", "c.shareWithResearchAsOfDate <> 0\n"},
		{customers, "WHERE c.shareWithResearchAsOfDate > 0\n", "WHERE c.shareWithFriendsAsOfDate > 0 OR c.shareWithResearchAsOfDate > 0\n"},
		{customers, "SELECT DISTINCT", "SELECT"},
		{customers, "c.email IS NOT NULL AND c.email <> ''", "c.email IS NOT NULL"},
		{customers, "c.serialNumber IS NOT NULL AND c.serialNumber <> ''", "c.serialNumber IS NOT NULL"},
		{customers, "c.serialNumber IS NOT NULL AND c.serialNumber <> ''", "TRUE"},
		{customers, "SELECT DISTINCT", "SELECT DISTINCT ON (c.email)"},
		{motion, "a.user IN (SELECT c.email FROM customer_trusted AS c)", "EXISTS (SELECT c.email FROM customer_trusted AS c)"},
		{motion, "a.user IN (SELECT c.email", "lower(a.user) IN (SELECT c.email"},
		{motion, "SELECT DISTINCT a.user", "SELECT a.user"},
		{motion, "a.user IS NOT NULL AND a.user <> ''", "a.user IS NOT NULL"},
		{motion, "AND a.timestamp IS NOT NULL", ""},
		{motion, "SELECT DISTINCT a.user", "SELECT DISTINCT ON (a.user, a.timestamp) a.user"},
		{strict, "a.timestamp >= c.since", "a.timestamp > c.since"},
		{strict, "MIN(", "MAX("},
		{strict, "a.timestamp >= c.since", "TRUE"},
		{strict, "MIN(c.shareWithResearchAsOfDate) AS since", "(SELECT MIN(d.shareWithResearchAsOfDate) FROM customer_trusted AS d) AS since"},
		{strict, "SELECT DISTINCT", "SELECT"},
		{curated, "WHERE c.email IN (SELECT a.user FROM accelerometer_trusted AS a)", "INNER JOIN accelerometer_trusted AS a ON a.user = c.email"},
		{curated, "WHERE c.email IN (SELECT a.user", "WHERE EXISTS (SELECT a.user"},
		{steps, "s.serialNumber IN (SELECT c.serialNumber", "EXISTS (SELECT c.serialNumber"},
		{steps, "SELECT DISTINCT", "SELECT"},
		{steps, "AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''", ""},
		{steps, "s.sensorReadingTime IS NOT NULL", "TRUE"},
		{training, "SELECT s.sensor", "SELECT DISTINCT s.sensor"},
		{training, "INNER JOIN", "LEFT JOIN"},
		{training, "a.timestamp = s.sensorReadingTime", "a.timestamp >= s.sensorReadingTime"},
		{perCustomer, "SELECT DISTINCT c.email, c.serialNumber", "SELECT c.email, c.serialNumber"},
		{perCustomer, "c.email = a.user AND c.serialNumber = s.serialNumber", "c.email = a.user"},
		{perCustomer, "c.email = a.user AND c.serialNumber = s.serialNumber", "c.serialNumber = s.serialNumber"},
		{perCustomer, "SELECT s.sensor", "SELECT DISTINCT s.sensor"},
	} {
		t.Run(fmt.Sprintf("%d %s", i, c.wrong), func(t *testing.T) {
			if strings.Count(folder[c.file], c.old) != 1 {
				t.Fatalf("%s does not say %q once", c.file, c.old)
			}
			wrong := fstest.MapFS{}
			for name, text := range folder {
				if name == c.file {
					text = strings.Replace(text, c.old, c.wrong, 1)
				}
				if !strings.HasPrefix(name, "checks/") {
					wrong[name] = &fstest.MapFile{Data: []byte(text)}
				}
			}
			results, err := rehearse(t, wrong, e, strings.TrimSuffix(path.Base(c.file), ".sql"))
			if err != nil {
				t.Fatal(err)
			}
			if len(failures(results)) == 0 {
				t.Errorf("no fixture notices that %s says %q in place of %q", c.file, c.wrong, c.old)
			}
		})
	}
}

// withTests returns the small lake of the runner's tests with a fixture file.
func withTests(file, text string) fstest.MapFS {
	folder := maps.Clone(orders)
	folder["profiles/all/known.sql"] = &fstest.MapFile{Data: []byte("-- zone: trusted\n-- path: people/trusted\nSELECT p.id, p.name FROM people AS p")}
	folder[file] = &fstest.MapFile{Data: []byte(text)}
	return folder
}

func TestAFixtureComparesRowsAsThoseOfItsTable(t *testing.T) {
	for _, c := range []struct {
		name, table, text string
		want              string // missing | surplus
	}{
		{
			"order, key case and the spelling of numbers mean nothing", "turnover",
			`[{"name": "n", "given": {"BOUGHT": [{"person": 1, "Total": 2.5}, {"PERSON": 2, "total": 1}, {"person": 1, "total": 1e0}]}, "expect": [{"TOTAL": 1.0, "Person": 2}, {"person": 1, "total": 3.50}]}]`, " | ",
		},
		{
			"a column left out is null", "names",
			`[{"name": "n", "given": {"known": [{"id": 1}]}, "expect": [{}]}]`, " | ",
		},
		{
			"rows count as often as they are there", "names",
			`[{"name": "n", "given": {"known": [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]}, "expect": [{"name": "a"}]}]`, ` | {"name":"a"}`,
		},
		{
			"what is missing and what is surplus is shown", "names",
			`[{"name": "n", "given": {"known": [{"id": 1, "name": "a"}]}, "expect": [{"name": "b"}, {"name": "b"}]}]`, `{"name":"b"} {"name":"b"} | {"name":"a"}`,
		},
		{
			"of many rows five are shown", "names",
			`[{"name": "n", "expect": [{"name": "1"}, {"name": "2"}, {"name": "3"}, {"name": "4"}, {"name": "5"}, {"name": "6"}, {"name": "7"}]}]`, `{"name":"1"} {"name":"2"} {"name":"3"} {"name":"4"} {"name":"5"} (7) | `,
		},
		{
			"a table that is given but not read changes nothing", "names",
			`[{"name": "n", "given": {"people": [{"id": 2, "name": "b"}], "known": [{"id": 1, "name": "a"}]}, "expect": [{"name": "a"}]}]`, " | ",
		},
		{
			"a fixture without profiles is about the base", "known",
			`[{"name": "n", "profiles": [], "given": {"people": [{"id": 1, "name": ""}]}, "expect": []}]`, " | ",
		},
		{
			"a fixture runs with its profiles", "known",
			`[{"name": "n", "profiles": ["all"], "given": {"people": [{"id": 1, "name": ""}]}, "expect": [{"id": 1, "name": ""}]}]`, " | ",
		},
		{
			"long and foreign texts are compared whole", "names",
			`[{"name": "n", "given": {"known": [{"id": 1, "name": "` + strings.Repeat("ä\\n", 3000) + `"}]}, "expect": [{"name": "` + strings.Repeat("\\u00e4\\n", 3000) + `"}]}]`, " | ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := rehearse(t, withTests("tests/"+c.table+".json", c.text), engine(t))
			if err != nil {
				t.Fatal(err)
			}
			r := results[0]
			missing := strings.Trim(fmt.Sprintf("%s", r.Missing), "[]")
			if r.MissingRows > len(r.Missing) {
				missing += fmt.Sprintf(" (%d)", r.MissingRows)
			}
			if got := missing + " | " + strings.Trim(fmt.Sprintf("%s", r.Surplus), "[]"); got != c.want || r.Failed() != (c.want != " | ") {
				t.Errorf("got %s, %s; want %s", r.State, got, c.want)
			}
		})
	}
}

// A transform that does not complete fails its test, and the other tests still
// run.
func TestATransformThatBreaksFailsItsTestOnly(t *testing.T) {
	folder := withTests("tests/turnover.json", `[{"name": "too much", "given": {"bought": [{"person": 1, "total": 1e308}, {"person": 1, "total": 1e308}]}, "expect": []}]`)
	folder["tests/names.json"] = &fstest.MapFile{Data: []byte(`[{"name": "fine", "expect": []}]`)}
	results, err := rehearse(t, folder, engine(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 || results[0].Failed() || !results[1].Failed() || results[1].Error == "" {
		t.Errorf("got %+v", results)
	}
}

func TestFixtureFaults(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		where, says      string
	}{
		{"a table that nobody makes", "tests/knwon.json", "[]", "tests/knwon.json", "did you mean known?"},
		{"a landing table", "tests/people.json", "[]", "tests/people.json", `no transform builds "people"`},
		{"no JSON", "tests/known.json", "[\n{\"name\": x}]", "tests/known.json:2", "invalid character 'x'"},
		{"cut off", "tests/known.json", "[\n{\"name\":\n", "tests/known.json:2", "unexpected end"},
		{"something behind the array", "tests/known.json", "[]\n[]", "tests/known.json:2", "after top-level value"},
		{"no UTF-8", "tests/known.json", "[\"\xff\"]", "tests/known.json", "not UTF-8"},
		{"no array", "tests/known.json", "\n{}", "tests/known.json:2", "must be an array"},
		{"no object", "tests/known.json", "[\n 1]", "tests/known.json:2", "a fixture must be an object"},
		{"another key", "tests/known.json", "[{\"name\": \"n\",\n\"givn\": {}}]", "tests/known.json:2", `no key "givn": did you mean given?`},
		{"a key in another case", "tests/known.json", "[{\"Name\": \"n\"}]", "tests/known.json:1", `did you mean name?`},
		{"a key twice", "tests/known.json", "[{\"name\": \"n\",\n\"name\": \"m\"}]", "tests/known.json:2", `the key "name" twice`},
		{"no name", "tests/known.json", "[\n{\"expect\": []}]", "tests/known.json:2", "needs a name"},
		{"a name that is no text", "tests/known.json", "[\n{\"name\": 7}]", "tests/known.json:2", "a name must be a non-empty string"},
		{"nothing expected", "tests/known.json", "[\n{\"name\": \"n\"}]", "tests/known.json:2", "does not have the key expect"},
		{"a case twice", "tests/known.json", "[{\"name\": \"n\", \"expect\": []},\n{\"name\": \"n\", \"expect\": []}]", "tests/known.json:2", "first in line 1"},
		{"an unknown profile", "tests/known.json", "[{\"name\": \"n\",\n\"profiles\": [\"al\"]}]", "tests/known.json:2", "did you mean all?"},
		{"rows that are none", "tests/known.json", "[{\"name\": \"n\", \"expect\": [\n[1]]}]", "tests/known.json:2", "a row must be an object"},
		{"a table that is not read", "tests/known.json", "[{\"name\": \"n\", \"given\": {\n\"peopel\": []}, \"expect\": []}]", "tests/known.json:2", `fixture "n": known does not read "peopel": did you mean people?`},
		{"only tables that are not read", "tests/known.json", "[{\"name\": \"n\", \"given\": {\n\"bought\": []}, \"expect\": []}]", "tests/known.json:2", `fixture "n": known does not read "bought"`},
		{"its own table", "tests/known.json", "[{\"name\": \"n\", \"given\": {\"people\": [],\n\"known\": []}, \"expect\": []}]", "tests/known.json:2", `fixture "n": known does not read "known"`},
		{"a wrong row of a table that is not read", "tests/known.json", "[{\"name\": \"n\", \"given\": {\"people\": [], \"bought\": [\n{\"totl\": 1}]}, \"expect\": []}]", "tests/known.json:2", `fixture "n": bought has no column "totl": did you mean total?`},
		{"a table given twice", "tests/known.json", "[{\"name\": \"n\", \"given\": {\"people\": [],\n\"PEOPLE\": []}, \"expect\": []}]", "tests/known.json:2", "people is given twice"},
		{"an unknown column given", "tests/known.json", "[{\"name\": \"n\", \"given\": {\"people\": [{\"id\": 1},\n{\"id\": 1,\n\"nam\": 1}]}, \"expect\": []}]", "tests/known.json:3", `fixture "n": people has no column "nam": did you mean name?`},
		{"an unknown column expected", "tests/known.json", "[{\"name\": \"n\", \"expect\": [{\n\"idd\": 1}]}]", "tests/known.json:2", `fixture "n": known has no column "idd": did you mean id?`},
		{"a column of the wrong type given", "tests/known.json", "[{\"name\": \"n\", \"given\": {\"people\": [{\"id\": 1}, {\"name\": \"x\",\n\"id\": \"1\"}]}, \"expect\": []}]", "tests/known.json:2", `fixture "n": people: id: `},
		{"a column of the wrong type expected", "tests/known.json", "[{\"name\": \"n\", \"expect\": [{\"name\": \"x\",\n\"id\": 1.5}]}]", "tests/known.json:2", `fixture "n": known: id: `},
		{"a column twice in a row", "tests/known.json", "[{\"name\": \"n\", \"expect\": [{\"id\": 1,\n\"ID\": 1}]}]", "tests/known.json:1", `fixture "n": known: `},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := rehearse(t, withTests(c.file, c.text), engine(t))
			var fault *definition.Error
			if !errors.As(err, &fault) || pipeline.KindOf(err) != pipeline.BadUsage {
				t.Fatalf("got %v and %v, want a *DefinitionError", results, err)
			}
			if text := fault.Error(); !strings.HasPrefix(text, c.where+": ") || !strings.Contains(text, c.says) {
				t.Errorf("got %q, want %s … %s", text, c.where, c.says)
			}
		})
	}
}

func FuzzFixtures(f *testing.F) {
	f.Add(`[{"name": "n", "profiles": ["p"], "given": {"t": [{"a": [1, {"b": null}]}]}, "expect": [{}]}]`)
	f.Add("[\n{\"name\":\r\n7e999}, {\"x\" : \"\\ud800\"}]")
	lake := &pipeline.Lake{Tables: []*pipeline.Table{{Name: "made", Transform: &pipeline.Transform{Inputs: []string{"t"}}}}}
	f.Fuzz(func(t *testing.T, text string) {
		fixtures, err := fixture.Load(lake, fstest.MapFS{"tests/made.json": {Data: []byte(text)}, "profiles/p/made.sql": {}})
		var fault *definition.Error
		if err != nil && (!errors.As(err, &fault) || fault.Line < 0 || fault.Line > 1+strings.Count(text, "\n")) {
			t.Fatalf("a fault without a line of the text: %v", err)
		}
		for _, fixture := range fixtures {
			if fixture.Name == "" || fixture.Line < 1 || fixture.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("accepted without a name or a line: %+v", fixture)
			}
		}
	})
}
