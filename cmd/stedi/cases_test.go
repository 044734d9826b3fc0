package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// casesFolder holds small inputs from bug reports. This test runs them if the
// folder exists; the tests of each package have their own inputs.
const casesFolder = "../../../shared/cases"

func TestReportedCasesGiveTheRightResult(t *testing.T) {
	if _, err := os.Stat(casesFolder); err != nil {
		t.Skip("the folder of reported cases is not there")
	}
	batch := []string{"--batch", "--definition", "def", "--lake", "lake"}
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		wanted string // pattern of the output
	}{
		{"F01-query-drops-lines", []string{"query", "select count(*) from t", "--definition", "def", "--lake", "lake"}, 1, `b\.json\.gz: a gzip file that is cut off`},
		{"F03-check-green-nothing-made", []string{"check", "--definition", "def", "--lake", "lake"}, 1, `the table has not been built`},
		{"F03-check-green-nothing-made", []string{"check", "u", "--definition", "def", "--lake", "lake"}, 1, `the table has not been built`},
		{"F04-ddl-delimited", batch, 2, `t\.sql:5: ROW FORMAT DELIMITED[\s\S]*t\.sql:7: .*skip\.header\.line\.count`},
		{"F04-ddl-mapping", batch, 0, `4 passed`},
		{"F04-ddl-parquet", batch, 2, `t\.sql:5: STORED AS PARQUET`},
		{"F05-flat-landing-folder", batch, 2, `the folder t_landing does not exist`},
		{"F10-comma-after-each-object", []string{"--batch", "--lake", "."}, 1, `a comma after it[\s\S]*convert it; in the lake's directory run: sed `},
		{"W01-glue-made-lake-files", []string{"check", "--lake", "."}, 0, `0 failed`},
		{"W02-ddl-as-students-write", batch, 0, `4 passed`},
		{"W03-sql-comment-quotes", batch, 0, `4 passed`},
		{"W03-sql-file-bom", batch, 0, `4 passed`},
		{"W05-other-compression", batch, 1, `Parquet[\s\S]*convert it; in the lake's directory run: duckdb -c`},
		{"W14-actions-annotation", batch, 1, `␛\[31m`},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			copyTo(t, folder, filepath.Join(casesFolder, test.name))
			cmd := command(t, []string{"GITHUB_ACTIONS=true"}, test.args...)
			cmd.Dir = folder
			out, err := cmd.CombinedOutput()
			if exit, ok := err.(*exec.ExitError); err != nil && !ok { //nolint:errorlint // only the exit status is checked
				t.Fatal(err)
			} else if ok && exit.ExitCode() != test.code || !ok && test.code != 0 {
				t.Errorf("ended with %v, want %d", err, test.code)
			}
			if !regexp.MustCompile(test.wanted).Match(out) {
				t.Errorf("%q is not in\n%s", test.wanted, out)
			}
			if bytes.ContainsAny(out, "\x00\x1b") {
				t.Errorf("control characters in %q", out)
			}
		})
	}
}
