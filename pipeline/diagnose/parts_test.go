package diagnose_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline/diagnose"
	"stedi/pipeline/sample"
)

// lines are the lines of a file, with their ends.
func lines(content string) []string {
	all := strings.SplitAfter(content, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// head are the first lines of a file, of a negative number all but some.
func head(n int) func(string) string {
	return func(content string) string {
		all := lines(content)
		if n < 0 {
			n += len(all)
		}
		return strings.Join(all[:n], "")
	}
}

// nothing is a file that was not read.
func nothing(string) string { return "" }

// partly builds the derived tables while files of a table have other content,
// and gives the files their content back.
func (l *lab) partly(t *testing.T, table string, files map[string]func(string) string) {
	t.Helper()
	input := l.lake.Table(table)
	whole := map[string]string{}
	for name, change := range files {
		file := filepath.Join(l.folder, input.Path, name)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole[file] = string(content)
		put(t, file, change(string(content)))
	}
	l.read(t, input)
	l.build(t, nil)
	for file, content := range whole {
		put(t, file, content)
	}
	l.read(t, input)
}

// expectPart expects that the first wrong table was built of a part of its
// input.
func expectPart(t *testing.T, report *diagnose.Report, table string, says ...string) {
	t.Helper()
	first := firstWrong(report)
	if first == nil || first.Table != table || len(first.Causes) == 0 || first.Causes[0].ID != "partial_input" || first.Causes[0].Certainty != diagnose.Certain {
		t.Fatalf("%+v", first)
	}
	for _, text := range says {
		if !strings.Contains(first.Causes[0].Cause, text) {
			t.Errorf("%q does not say %q", first.Causes[0].Cause, text)
		}
	}
	if first.Causes[0].SQLDiff != "" && !strings.Contains(first.Causes[0].Cause, "DISTINCT") {
		t.Errorf("the SQL was right:\n%s", first.Causes[0].SQLDiff)
	}
}

func TestThePartOfAnInputThatWasReadIsFound(t *testing.T) {
	lakes := map[bool]*lab{}
	for _, dirty := range []bool{false, true} {
		lakes[dirty] = newLab(t, sample.Options{Scale: 1, Seed: 21, DirtyRows: dirty})
	}
	for _, c := range []struct {
		name, landing, table string
		dirty                bool
		many                 int64 // 0: the tables have few rows; 1: many
		files                map[string]func(string) string
		says                 []string
	}{
		{"first lines of a file", "accelerometer_landing", "accelerometer_trusted", false, 0, map[string]func(string) string{"accelerometer-00004.json": head(3000)}, []string{"only the first", "accelerometer-00004.json were read"}},
		{"first lines of a file, dirty", "accelerometer_landing", "accelerometer_trusted", true, 1, map[string]func(string) string{"accelerometer-00002.json": head(5001)}, []string{"accelerometer-00002.json were read"}},
		{"all lines but the last ones", "step_trainer_landing", "step_trainer_trusted", false, 1, map[string]func(string) string{"step_trainer-00003.json": head(-40)}, []string{"step_trainer-00003.json were read"}},
		{"stopped in a file", "step_trainer_landing", "step_trainer_trusted", true, 0, map[string]func(string) string{"step_trainer-00002.json": head(1234), "step_trainer-00003.json": nothing}, []string{"step_trainer-00002.json were read, and no file after it"}},
		{"a file", "step_trainer_landing", "step_trainer_trusted", true, 1, map[string]func(string) string{"step_trainer-00002.json": nothing}, []string{"the file", "step_trainer-00002.json was not read"}},
		{"the only file", "customer_landing", "customer_trusted", true, 0, map[string]func(string) string{"customer-00001.json": head(700)}, []string{"only the first", "customer-00001.json were read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lakes[c.dirty]
			for name := range c.files {
				if _, err := os.Stat(filepath.Join(l.folder, l.lake.Table(c.landing).Path, name)); err != nil {
					names, _ := filepath.Glob(filepath.Join(l.folder, l.lake.Table(c.landing).Path, "*"))
					t.Fatal(err, names)
				}
			}
			l.partly(t, c.landing, c.files)
			l.many = c.many
			expectPart(t, l.why(t), c.table, c.says...)
		})
	}
}

func zip(t *testing.T, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Of a file of several gzip members a tool read the first one only.
func TestTheFirstPartOfACompressedFileIsFound(t *testing.T) {
	l := newLab(t, sample.Options{Scale: 1, Seed: 22})
	folder := filepath.Join(l.folder, l.lake.Table("accelerometer_landing").Path)
	content, err := os.ReadFile(filepath.Join(folder, "accelerometer-00003.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "accelerometer-00003.json")); err != nil {
		t.Fatal(err)
	}
	all := lines(string(content))
	first := strings.Join(all[:len(all)/3], "")
	put(t, filepath.Join(folder, "accelerometer-00003.json.gz"), zip(t, first, strings.Join(all[len(all)/3:], "")))
	l.partly(t, "accelerometer_landing", map[string]func(string) string{"accelerometer-00003.json.gz": func(string) string { return zip(t, first) }})
	expectPart(t, l.why(t), "accelerometer_trusted", "only the first", "accelerometer-00003.json.gz were read")
}

// Of a lake without DISTINCT, with groups, or with rows that others rule out, a
// part of an input is found as well.
func TestPartsAreFoundForAnyTransform(t *testing.T) {
	const landing = "-- zone: raw\n-- path: r\nCREATE EXTERNAL TABLE r (id bigint, name string)\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION '${lake}/r/'"
	rows := ""
	for i := range 30 {
		rows += fmt.Sprintf(`{"id":%d,"name":"n%d"}`+"\n", i*i%11, i%3)
	}
	for _, c := range []struct{ name, sql string }{
		{"plain", "SELECT r.id, r.name FROM r"},
		{"filtered", "SELECT r.id, r.name FROM r WHERE r.id > 1"},
		{"grouped", "SELECT r.id, CAST(count(*) AS BIGINT) AS n FROM r GROUP BY r.id"},
		{"summed", "SELECT CAST(sum(r.id) AS BIGINT) AS n FROM r"},
		{"joined with itself", "SELECT a.id, b.name FROM r AS a INNER JOIN r AS b ON a.id = b.id"},
		{"ruled out", "SELECT r.id, r.name FROM r WHERE r.id NOT IN (SELECT s.id FROM r AS s WHERE s.id > 2 AND s.name = 'b')"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			definition := filepath.Join(folder, "definition")
			for file, text := range map[string]string{
				"definition/landing/r.sql": landing, "definition/transforms/made.sql": "-- zone: made\n-- path: made\n" + c.sql, "lake/r/a.json": rows,
			} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o755); err != nil {
					t.Fatal(err)
				}
				put(t, filepath.Join(folder, file), text)
			}
			l := &lab{folder: filepath.Join(folder, "lake"), definition: os.DirFS(definition)}
			l.open(t)
			l.partly(t, "r", map[string]func(string) string{"a.json": head(17)})
			first := firstWrong(l.why(t))
			if first == nil || len(first.Causes) == 0 {
				t.Fatalf("%+v", first)
			}
			for _, cause := range first.Causes {
				if cause.ID == "mutation:partial_input" && strings.Contains(cause.Cause, "of 30 rows of the file r/a.json were read") {
					return
				}
			}
			t.Errorf("%+v", first.Causes)
		})
	}
}

// A file of a landing table was not there when the table was built.
func TestAMissingFileIsFound(t *testing.T) {
	l := newLab(t, sample.Options{Scale: 1, Seed: 9})
	for i, c := range []struct{ landing, file, table string }{
		{"accelerometer_landing", "accelerometer-00004.json", "accelerometer_trusted"},
		{"step_trainer_landing", "step_trainer-00002.json", "step_trainer_trusted"},
		{"accelerometer_landing", "accelerometer-00006.json", "accelerometer_trusted"},
	} {
		t.Run(c.landing, func(t *testing.T) {
			landing := l.lake.Table(c.landing)
			file := filepath.Join(l.folder, landing.Path, c.file)
			if err := os.Rename(file, file+".away"); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(file+".away", filepath.Join(l.folder, c.file)); err != nil {
				t.Fatal(err)
			}
			l.read(t, landing)
			l.build(t, nil)
			if err := os.Rename(filepath.Join(l.folder, c.file), file); err != nil {
				t.Fatal(err)
			}
			l.read(t, landing)
			l.many = int64(i) // of few rows, and of many
			first := firstWrong(l.why(t))
			if first == nil || first.Table != c.table || len(first.Causes) == 0 || first.Causes[0].ID != "partial_input" {
				t.Fatalf("%+v", first)
			}
			if !strings.Contains(first.Causes[0].Cause, c.file) {
				t.Errorf("%q does not name the file", first.Causes[0].Cause)
			}
		})
	}
}
