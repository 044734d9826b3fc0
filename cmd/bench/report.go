package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// report prints the tables, and returns failed runs and missed targets as an
// error.
func (b *bench) report(stdout io.Writer, all []series, here []rival) error {
	pins, err := b.pins()
	if err != nil {
		return err
	}
	grid, about := rows(all), b.about(here, pins)
	text, block := about+"\n\n"+plain(grid), about+"\n\n"+markdown(grid)
	var promises []outcome
	if b.targets != noTargets {
		promises = outcomes(all, b.slack, b.targets == cpuTargets)
		told := targetRows(promises)
		text += "\n" + plain(told)
		block += "\n" + markdown(told)
	}
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if b.readme != "" {
		if err := writeBlock(b.readme, block); err != nil {
			return err
		}
	}
	return errors.Join(append(failures(all), missed(promises))...)
}

// about describes the conditions of the measurement.
func (b *bench) about(here []rival, pins map[string]string) string {
	many := fmt.Sprintf("Median of %d runs", b.rounds)
	if b.rounds == 1 {
		many = "A single run"
	}
	return fmt.Sprintf("%s after one to warm up, all in one rotated series; whole processes, from start to exit; cached data synced to disk before each run; every run's tables counted. stedi also validates every line, accounts for every row, audits the tables and syncs them to disk; the others do not. Machine: %s.%s",
		many, machine(here, pins), b.busy)
}

var header = []string{"landing data", "", "wall s", "fastest–slowest", "CPU s", "peak MB", "× stedi run"}

// leftColumns is the number of left-aligned text columns; the others are
// numbers.
const leftColumns = 2

// rows returns the rows of the table, header first.
func rows(all []series) [][]string {
	grid := [][]string{header}
	for _, s := range all {
		size := fmt.Sprintf("%d× (%s rows, %s)", s.lake.scale, thousands(s.lake.rows), megabytes(s.lake.bytes))
		base := s.wall(runName)
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
	var warm *warmError
	switch {
	case errors.As(err, &warm):
		return "not run: " + warm.Error()
	case errors.Is(err, errLimit):
		return "over the limit"
	case errors.As(err, &wrong):
		return "wrong rows"
	default:
		return "failed"
	}
}

// failures returns the errors that fail the benchmark. A rival that exceeds the
// time limit is not one of them, nor is a cold run that is not possible here.
func failures(all []series) []error {
	var errs []error
	for _, s := range all {
		for _, r := range s.results {
			var warm *warmError
			if r.err != nil && !errors.Is(r.err, errLimit) && !errors.As(r.err, &warm) {
				errs = append(errs, fmt.Errorf("scale %d, %s: %s", s.lake.scale, r.rival.name, verdict(r.err)))
			}
		}
	}
	return errs
}

// wall returns the median wall time of a rival, or 0 without a result.
func (s series) wall(name string) time.Duration {
	if r, ok := s.find(name); ok {
		return r.walls().middle
	}
	return 0
}

// find returns the result of a rival, if it has one.
func (s series) find(name string) (result, bool) {
	for _, r := range s.results {
		if r.rival.name == name && r.err == nil && len(r.runs) > 0 {
			return r, true
		}
	}
	return result{}, false
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
