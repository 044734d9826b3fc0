package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakeStedi is a program in place of stedi that lists the landing files of the
// lake, its last argument, in the file built, and fails if told so.
const fakeStedi = `#!/bin/sh
for lake; do :; done
ls "$lake/accelerometer/landing" >"$lake/built"
mkdir -p "$lake/.stedi"
test ! -e "$lake/broken"
`

func newBuilt(t *testing.T) (*bench, lake) {
	t.Helper()
	b := newBench(t, time.Minute)
	b.stedi = filepath.Join(t.TempDir(), "stedi")
	if err := os.WriteFile(b.stedi, []byte(fakeStedi), 0o700); err != nil {
		t.Fatal(err)
	}
	l := lake{dir: t.TempDir(), scale: 1, expected: map[string]int64{"words": 1234}}
	folder := filepath.Join(l.dir, "accelerometer", "landing")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.json", i)), []byte("{}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b, l
}

func TestAnIncrementalRunFindsOneMoreFileThanTheRunBefore(t *testing.T) {
	b, l := newBuilt(t)
	for _, broken := range []bool{false, true} { // the file comes back in either case
		if broken {
			if err := os.WriteFile(filepath.Join(l.dir, "broken"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := withoutOneFile(t.Context(), b, l); (err != nil) != broken {
			t.Errorf("error %v, broken: %v", err, broken)
		}
		text, err := os.ReadFile(filepath.Join(l.dir, "built"))
		if err != nil || string(text) != "0.json\n2.json\n" {
			t.Errorf("built from %q, error %v", text, err)
		}
		if files, err := filepath.Glob(filepath.Join(l.dir, "accelerometer", "landing", "*.json")); err != nil || len(files) != 3 {
			t.Errorf("afterwards the files are %v, error %v", files, err)
		}
	}
}

func TestRivalsThatReadFindTheLakeAsTheyNeedIt(t *testing.T) {
	b, l := newBuilt(t)
	look := func(name string, on state, says ...string) rival {
		return rival{
			name: name, on: on, says: func(lake) []string { return says },
			command: func(_ *options, dir, out string) ([]string, []string, error) {
				return []string{"sh", "-c", `cat "$1/built"; ls -A "$1"; echo '{"n":1}' >"$2/n.json"`, "sh", dir, out}, nil, nil
			},
		}
	}
	s, err := b.series(t.Context(), l, []rival{
		look("unmanaged", unmanaged, "1.json", `{"n":1}`), look("built", built, "1.json", ".stedi"),
		look("forgotten", unmanaged, ".stedi"), look("wrong", built, "1,234"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.results {
		switch r.rival.name {
		case "forgotten", "wrong":
			if _, ok := errors.AsType[*wrongRows](r.err); !ok {
				t.Errorf("%s: error %v", r.rival.name, r.err)
			}
		default:
			if r.err != nil || len(r.runs) != b.rounds {
				t.Errorf("%s: %d runs, error %v", r.rival.name, len(r.runs), r.err)
			}
		}
	}
}

func TestRivalsOfLargeLakesSkipSmallOnes(t *testing.T) {
	b, l := newBuilt(t)
	s, err := b.series(t.Context(), l, []rival{{name: "large", from: 2}})
	if err != nil || len(s.results) != 0 {
		t.Errorf("results %v, error %v", s.results, err)
	}
}

// A script with the checks fails with the name of a check that finds rows.
func TestTheChecksOfTheScriptFail(t *testing.T) {
	b, _ := newRivals(t)
	lakeDir := t.TempDir()
	if err := os.CopyFS(lakeDir, os.DirFS(filepath.Join(repository, "testdata", "sample"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ spoil, want string }{
		{"", ""},
		{"UPDATE accelerometer_trusted SET user = 'nobody';", "accelerometer_trusted_consent"},
		{"INSERT INTO step_trainer_trusted FROM step_trainer_trusted LIMIT 1;", "step_trainer_trusted_unique"},
		{"ALTER TABLE machine_learning_curated ADD COLUMN Email VARCHAR;", "machine_learning_curated_personal_data"},
	} {
		script, err := b.compose("duckdb_expert.sql", lakeDir, t.TempDir(), func(o *options) (string, error) {
			checks, err := withChecks(o)
			before, after, _ := strings.Cut(checks, "-- The check ")
			return before + c.spoil + "\n-- The check " + after, err
		})
		if err != nil {
			t.Fatal(err)
		}
		switch err := runScript(context.Background(), script); {
		case c.want == "" && err != nil:
			t.Error(err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), "the check "+c.want+" failed")):
			t.Errorf("%s: error %v, want %s", c.spoil, err, c.want)
		}
	}
}

func TestALakeThatLacksAFileIsRefused(t *testing.T) {
	work := t.TempDir()
	l, err := openLake(t.Context(), work, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	files, err := l.files()
	if err != nil || len(files) < 3 {
		t.Fatalf("files %v, error %v", files, err)
	}
	if err := os.Remove(files[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := openLake(t.Context(), work, 1, 3); err == nil || !strings.Contains(err.Error(), ".json to write them again") {
		t.Errorf("error %v", err)
	}
}
