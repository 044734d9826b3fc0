package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOrderGivesEveryPlaceToEverybody(t *testing.T) {
	const n = 5
	var seen [n][n]int // count by place and rival
	for round := range 2 * n {
		turns := order(n, 7, round)
		for place, rival := range turns {
			seen[place][rival]++
		}
		slices.Sort(turns)
		if !slices.Equal(turns, []int{0, 1, 2, 3, 4}) {
			t.Fatalf("round %d: not everybody runs once: %v", round, turns)
		}
	}
	for place, rivals := range seen {
		for rival, times := range rivals {
			if times != 2 {
				t.Errorf("rival %d was %d times at place %d, want 2", rival, times, place)
			}
		}
	}
	if !slices.Equal(order(n, 7, 3), order(n, 7, 3)) {
		t.Error("the same seed gives another order")
	}
	if slices.Equal(order(n, 7, 0), order(n, 8, 0)) {
		t.Error("another seed gives the same order")
	}
	if forth, back := order(n, 7, 0), order(n, 7, n); !slices.Equal(forth, reversed(back)) {
		t.Errorf("the second cycle goes %v, want the reverse of %v", back, forth)
	}
	if len(order(0, 7, 1)) != 0 {
		t.Error("no rival has an order")
	}
}

func reversed(s []int) []int {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

// shell returns a rival that runs a line of shell; $1 is out.
func shell(name, line string) rival {
	return rival{name: name, title: name, command: func(_ *options, _, out string) ([]string, []string, error) {
		return []string{"sh", "-c", line, "sh", out}, []string{"WORD=two"}, nil
	}}
}

func newBench(t *testing.T, limit time.Duration) *bench {
	t.Helper()
	return &bench{
		options:  options{work: t.TempDir(), rounds: 2, limit: limit},
		progress: narrator{io.Discard},
		tables:   []derived{{name: "words", path: "words/trusted"}},
		slow:     map[string]bool{},
		settle:   func() {},
	}
}

func TestOnlyRightRowsMakeATime(t *testing.T) {
	b := newBench(t, time.Minute)
	l := lake{dir: t.TempDir(), scale: 1, expected: map[string]int64{"words": 2}}
	s, err := b.series(t.Context(), l, []rival{
		shell("right", `printf 'one\n\n%s' "$WORD" >"$1/words.json"`),
		shell("short", `echo one >"$1/words.json"`),
		shell("silent", `true`),
		shell("broken", `echo no disk >&2; exit 3`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "1 rows instead of 2", "no such file", "no disk"} {
		r := s.results[i]
		if want == "" {
			if r.err != nil || len(r.runs) != b.rounds || r.runs[0].wall <= 0 || r.runs[0].peak <= 0 {
				t.Errorf("%s: runs %v, error %v", r.rival.name, r.runs, r.err)
			}
			continue
		}
		if r.err == nil || !strings.Contains(r.err.Error(), want) || len(r.runs) > 0 {
			t.Errorf("%s: %d runs, error %v: want %q", r.rival.name, len(r.runs), r.err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(b.work, "out")); err == nil {
		t.Error("the outputs of the last run are still there")
	}
}

// A child that outlives its parent would disturb the next runs.
func TestTheLimitStopsARunWithItsChildren(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	l := lake{dir: t.TempDir(), scale: 1}
	start := time.Now()
	s, err := b.series(t.Context(), l, []rival{shell("slow", `sleep 60 & sleep 60`)})
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(s.results[0].err, errLimit) || !b.slow["slow"] {
		t.Errorf("error %v, remembered as slow: %v", s.results[0].err, b.slow["slow"])
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if s, err = b.series(t.Context(), l, []rival{shell("slow", `true`)}); err != nil || !errors.Is(s.results[0].err, errLimit) {
		t.Errorf("ran again on the next lake: %v, %v", s.results[0].err, err)
	}
}

func TestARunLeavesTheLandingDataAlone(t *testing.T) {
	l := lake{dir: t.TempDir(), scale: 1}
	kept := filepath.Join(l.dir, "words", "landing", "words.json")
	left := []string{filepath.Join(l.dir, "words", "trusted", "part-00000.json"), filepath.Join(l.dir, ".stedi", "runs", "x")}
	for _, file := range append([]string{kept}, left...) {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.refresh([]derived{{name: "words", path: "words/trusted"}}, filepath.Join(t.TempDir(), "out")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
	for _, file := range left {
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s is still there", file)
		}
	}
}

func TestAnInterruptEndsTheSeries(t *testing.T) {
	b := newBench(t, time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := b.series(ctx, lake{dir: t.TempDir()}, []rival{shell("long", `sleep 60`)})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestRowsAreCountedInFilesAndFolders(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"part-0": "{}\n{}\n", "part-1": "{}\r\n\n{}", "empty": "", "_SUCCESS": "x\n", ".crc": "x\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]int64{"": 4, "part-0": 2, "part-1": 2, "empty": 0} {
		if got, err := countRows(filepath.Join(dir, name)); err != nil || got != want {
			t.Errorf("%q: %d rows, error %v: want %d", name, got, err, want)
		}
	}
	if _, err := countRows(filepath.Join(dir, "absent")); err == nil {
		t.Error("a table that is not there has been counted")
	}
}
