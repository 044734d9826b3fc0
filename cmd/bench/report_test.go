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
			{rival: who(runName), runs: runs(500*time.Millisecond, 400*time.Millisecond, 600*time.Millisecond)},
			{rival: who(expertName), runs: runs(750 * time.Millisecond)},
			{rival: who("wrong"), runs: runs(time.Millisecond), err: &wrongRows{errors.New("1 rows instead of 2")}},
			{rival: who("endless"), err: errLimit},
			{rival: who("warm"), err: &warmError{errors.New("no page cache here")}},
			{rival: who("broken"), err: errors.New("exit status 1")},
		},
	}
}

func TestTheTableHasNumbersForRightRowsOnly(t *testing.T) {
	grid := rows([]series{example()})
	want := [][]string{
		header,
		{"10× (1,109,090 rows, 113 MB)", "stedi-run", "0.50", "0.40–0.60", "1.00", "50", "1.00"},
		{"", "duckdb-expert", "0.75", "0.75–0.75", "1.50", "50", "1.50"},
		{"", "wrong", "wrong rows", "", "", "", ""},
		{"", "endless", "over the limit", "", "", "", ""},
		{"", "warm", "not run: no page cache here", "", "", "", ""},
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
	if md := markdown(grid); !strings.Contains(md, "|---|---|---:|---:|---:|---:|---:|\n| 10× (1,109,090 rows, 113 MB) | stedi-run | 0.50 |") {
		t.Errorf("markdown:\n%s", md)
	}
}

func TestFailuresExceptSlowness(t *testing.T) {
	err := errors.Join(failures([]series{example()})...)
	if err == nil || err.Error() != "scale 10, wrong: wrong rows\nscale 10, broken: failed" {
		t.Errorf("failures: %v", err)
	}
}

// quick returns the series of a scale in which each rival takes the given
// number of milliseconds, twice that of CPU time, and that many MB.
func quick(scale int, took map[string]int) series {
	s := series{lake: lake{scale: scale}}
	for name, n := range took {
		wall := time.Duration(n) * time.Millisecond
		s.results = append(s.results, result{rival: rival{name: name}, runs: []cost{{wall: wall, cpu: 2 * wall, peak: int64(n) * 1e6}}})
	}
	return s
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		name   string
		series []series
		slack  float64
		cpu    bool
		all    int      // number of targets
		missed []string // parts of the messages
	}{
		{"met", []series{quick(1, map[string]int{runName: 120, expertName: 93, batchName: 167})}, 1, false, 3, nil},
		{
			"missed",
			[]series{quick(1, map[string]int{runName: 121, expertName: 93, batchName: 170})},
			1, false, 3,
			[]string{"scale 1: stedi run: at most 0.12 s, measured 0.12 s", "at most 1.30 × DuckDB, expert, measured 1.30", "stedi --batch, with all checks: at most 1.40 × stedi run, measured 1.40"},
		},
		{"with slack", []series{quick(1, map[string]int{runName: 480, expertName: 100, batchName: 1900})}, 4, false, 3, nil},
		{"of CPU times, without absolute ones", []series{quick(1, map[string]int{runName: 900, expertName: 900, againName: 900})}, 1, true, 1, nil},
		{"slower than the floor allows", []series{quick(100, map[string]int{runName: 150, floorName: 100})}, 1, false, 2, []string{"at most 1.40 × Go, by hand for this data, measured 1.50"}},
		{"too much memory", []series{quick(100, map[string]int{runName: 751})}, 1, false, 1, []string{"at most 750 MB, measured 751 MB"}},
		{
			"thirteen times as long at ten times the size",
			[]series{quick(100, map[string]int{runName: 100}), quick(1000, map[string]int{memoryName: 1300})},
			1, false, 3,
			[]string{"at most 12.00 × stedi run at scale 100, measured 13.00"},
		},
		{"no other scale", []series{quick(1000, map[string]int{memoryName: 1300})}, 1, false, 1, nil},
		{"failed rows", []series{{lake: lake{scale: 1}, results: []result{{rival: rival{name: runName}, err: errLimit}}}}, 1, false, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := outcomes(c.series, c.slack, c.cpu)
			if len(list) != c.all || len(targetRows(list)) != c.all+1 {
				t.Errorf("%d targets, want %d: %v", len(list), c.all, list)
			}
			err := missed(list)
			if (err == nil) != (len(c.missed) == 0) {
				t.Errorf("missed: %v", err)
			}
			for _, want := range c.missed {
				if err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%v: want %q", err, want)
				}
			}
		})
	}
}

func TestTargetsNameRows(t *testing.T) {
	for _, target := range targets {
		for _, name := range []string{target.row, target.times} {
			if name != "" && !slices.Contains(rivalNames(), name) {
				t.Errorf("a target names %s", name)
			}
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
	text := machine([]rival{{pip: "Polars"}, {}, {pip: "Polars"}}, map[string]string{"polars": "2.1.0"})
	if strings.Count(text, "Polars 2.1.0") != 1 {
		t.Errorf("%q: want Polars once", text)
	}
	for _, want := range []string{"cores", "DuckDB v1.5"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if host, err := os.Hostname(); err == nil && strings.Contains(text, host) {
		t.Errorf("%q names the machine", text)
	}
}
