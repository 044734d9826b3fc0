package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// report prints the table, and returns failed runs and a ratio that is too
// small as an error.
func (b *bench) report(stdout io.Writer, all []series, here []rival) error {
	pins, err := b.pins()
	if err != nil {
		return err
	}
	grid, about := rows(all), b.about(here, pins)
	if _, err := fmt.Fprintf(stdout, "%s\n\n%s", about, plain(grid)); err != nil {
		return err
	}
	if b.readme != "" {
		if err := writeBlock(b.readme, about+"\n\n"+markdown(grid)); err != nil {
			return err
		}
	}
	return errors.Join(append(failures(all), checkRatio(all[len(all)-1], b.minRatio))...)
}

// about describes the conditions of the measurement.
func (b *bench) about(here []rival, pins map[string]string) string {
	return fmt.Sprintf("Median of %d runs after one to warm up, all in one rotated series; whole processes, from start to exit; every run's tables counted. stedi also validates every line, accounts for every row, audits the tables and syncs them to disk; the others do not. Machine: %s.",
		b.rounds, machine(here, pins))
}

var header = []string{"landing data", "", "wall s", "fastest–slowest", "CPU s", "peak MB", "wall × stedi"}

// leftColumns is the number of left-aligned text columns; the others are
// numbers.
const leftColumns = 2

// rows returns the rows of the table, header first.
func rows(all []series) [][]string {
	grid := [][]string{header}
	for _, s := range all {
		size := fmt.Sprintf("%d× (%s rows, %s)", s.lake.scale, thousands(s.lake.rows), megabytes(s.lake.bytes))
		base := s.wall(stediName)
		for _, r := range s.results {
			line := []string{size, r.rival.title}
			size = ""
			if r.err != nil || len(r.runs) == 0 {
				grid = append(grid, append(line, verdict(r.err), "", "", "", ""))
				continue
			}
			wall := r.walls()
			ratio := ""
			if base > 0 {
				ratio = fmt.Sprintf("%.2f", wall.middle.Seconds()/base.Seconds())
			}
			grid = append(grid, append(line,
				seconds(wall.middle),
				seconds(wall.least)+"–"+seconds(wall.most),
				seconds(median(r.runs, func(c cost) time.Duration { return c.cpu })),
				fmt.Sprintf("%d", median(r.runs, func(c cost) int64 { return c.peak })/1e6),
				ratio,
			))
		}
	}
	return grid
}

// verdict returns the text that replaces the numbers of a failed run.
func verdict(err error) string {
	var wrong *wrongRows
	switch {
	case errors.Is(err, errLimit):
		return "over the limit"
	case errors.As(err, &wrong):
		return "wrong rows"
	default:
		return "failed"
	}
}

// failures returns the errors that fail the benchmark. A rival that exceeds the
// time limit is not one of them.
func failures(all []series) []error {
	var errs []error
	for _, s := range all {
		for _, r := range s.results {
			if r.err != nil && !errors.Is(r.err, errLimit) {
				errs = append(errs, fmt.Errorf("scale %d, %s: %s", s.lake.scale, r.rival.name, verdict(r.err)))
			}
		}
	}
	return errs
}

func checkRatio(s series, least float64) error {
	if least <= 0 {
		return nil
	}
	expert, ours := s.wall(expertName), s.wall(stediName)
	if expert == 0 || ours == 0 {
		return fmt.Errorf("no ratio at scale %d: %s or %s has no time", s.lake.scale, expertName, stediName)
	}
	if ratio := expert.Seconds() / ours.Seconds(); ratio < least {
		return fmt.Errorf("at scale %d %s takes %.2f times as long as %s: want at least %g", s.lake.scale, expertName, ratio, stediName, least)
	}
	return nil
}

// wall returns the median wall time of a rival, or 0 without a result.
func (s series) wall(name string) time.Duration {
	for _, r := range s.results {
		if r.rival.name == name && r.err == nil && len(r.runs) > 0 {
			return r.walls().middle
		}
	}
	return 0
}

type spread struct{ least, middle, most time.Duration }

func (r result) walls() spread {
	wall := func(c cost) time.Duration { return c.wall }
	byWall := func(a, b cost) int { return cmp.Compare(a.wall, b.wall) }
	return spread{
		least:  slices.MinFunc(r.runs, byWall).wall,
		middle: median(r.runs, wall),
		most:   slices.MaxFunc(r.runs, byWall).wall,
	}
}

// median returns the median; for an even number of runs it is the mean of the
// middle two.
func median[T ~int64](runs []cost, of func(cost) T) T {
	values := make([]T, len(runs))
	for i, c := range runs {
		values[i] = of(c)
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

func thousands(n int64) string {
	text := fmt.Sprintf("%d", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
