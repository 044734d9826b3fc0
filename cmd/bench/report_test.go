package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		walls []time.Duration
		want  time.Duration
	}{
		{[]time.Duration{3}, 3},
		{[]time.Duration{9, 1, 2}, 2},
		{[]time.Duration{8, 1, 100, 4}, 6},
	} {
		runs := make([]cost, len(c.walls))
		for i, w := range c.walls {
			runs[i].wall = w
		}
		if got := median(runs, func(c cost) time.Duration { return c.wall }); got != c.want {
			t.Errorf("median of %v is %d, want %d", c.walls, got, c.want)
		}
	}
}

// example has a fastest rival, a slower one, and each kind of failure.
func example() series {
	runs := func(walls ...time.Duration) []cost {
		var costs []cost
		for _, w := range walls {
			costs = append(costs, cost{wall: w, cpu: 2 * w, peak: 50_500_000})
		}
		return costs
	}
	who := func(name string) rival { return rival{name: name, title: name} }
	return series{
		lake: lake{scale: 10, rows: 1_109_090, bytes: 112_900_000},
		results: []result{
			{rival: who(stediName), runs: runs(500*time.Millisecond, 400*time.Millisecond, 600*time.Millisecond)},
			{rival: who(expertName), runs: runs(750 * time.Millisecond)},
			{rival: who("wrong"), runs: runs(time.Millisecond), err: &wrongRows{errors.New("1 rows instead of 2")}},
			{rival: who("endless"), err: errLimit},
			{rival: who("broken"), err: errors.New("exit status 1")},
		},
	}
}

func TestTheTableHasNumbersForRightRowsOnly(t *testing.T) {
	grid := rows([]series{example()})
	want := [][]string{
		header,
		{"10× (1,109,090 rows, 113 MB)", "stedi", "0.50", "0.40–0.60", "1.00", "50", "1.00"},
		{"", "duckdb-expert", "0.75", "0.75–0.75", "1.50", "50", "1.50"},
		{"", "wrong", "wrong rows", "", "", "", ""},
		{"", "endless", "over the limit", "", "", "", ""},
		{"", "broken", "failed", "", "", "", ""},
	}
	if !slices.EqualFunc(grid, want, slices.Equal[[]string]) {
		t.Errorf("got  %q\nwant %q", grid, want)
	}
	lines := strings.Split(plain(grid), "\n")
	for _, column := range []string{"0.50", "0.75"} {
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, column) })
		runes, head := []rune(lines[at]), []rune(lines[0])
		end := strings.Index(string(head), "wall s") + len("wall s")
		if got := string(runes[end-4 : end]); got != column {
			t.Errorf("%s is not below the end of its title:\n%s", column, strings.Join(lines, "\n"))
		}
	}
	if md := markdown(grid); !strings.Contains(md, "|---|---|---:|---:|---:|---:|---:|\n| 10× (1,109,090 rows, 113 MB) | stedi | 0.50 |") {
		t.Errorf("markdown:\n%s", md)
	}
}

func TestFailuresExceptSlowness(t *testing.T) {
	err := errors.Join(failures([]series{example()})...)
	if err == nil || err.Error() != "scale 10, wrong: wrong rows\nscale 10, broken: failed" {
		t.Errorf("failures: %v", err)
	}
}

func TestTheLeastRatio(t *testing.T) {
	s := example() // the ratio is 1.5
	lost := example()
	lost.results[0].err = errLimit
	for _, c := range []struct {
		name  string
		s     series
		least float64
		ok    bool
	}{
		{"off", lost, 0, true},
		{"reached", s, 1.5, true},
		{"missed", s, 1.6, false},
		{"without a time of stedi's", lost, 1, false},
	} {
		if err := checkRatio(c.s, c.least); (err == nil) != c.ok {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

func TestTheBlockIsReplacedAndNothingElse(t *testing.T) {
	name := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(name, []byte("top\n"+beginMark+"\nold\n"+endMark+"\nbottom\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second pass finds the marks of the first
		if err := writeBlock(name, "\nnew\n\n"); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if want := "top\n" + beginMark + "\nnew\n" + endMark + "\nbottom\n"; err != nil || string(text) != want {
		t.Errorf("got %q, error %v", text, err)
	}
	for _, bad := range []string{
		"", beginMark, endMark, endMark + beginMark,
		beginMark + endMark + beginMark + endMark, beginMark + beginMark + endMark,
	} {
		if _, err := replaceBlock(bad, "new"); err == nil {
			t.Errorf("%q has been taken", bad)
		}
	}
}

func TestTheMachineIsDescribedWithoutItsName(t *testing.T) {
	text := machine([]rival{{title: "Polars", pip: "polars"}, {title: "stedi"}}, map[string]string{"polars": "2.1.0"})
	for _, want := range []string{"cores", "DuckDB v1.5", "Polars 2.1.0"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if host, err := os.Hostname(); err == nil && strings.Contains(text, host) {
		t.Errorf("%q names the machine", text)
	}
}
