package main

import (
	"errors"
	"fmt"
	"time"
)

// target is a promise: a row takes at most a multiple of what another row takes,
// or at most an absolute value.
type target struct {
	row  string
	from int // scales, both included; to is 0 if there is no largest one
	to   int
	most float64
	// times is the row that most is a multiple of; empty: most is in seconds, or
	// in MB if peak is set.
	times string
	// scale is the scale of the other row; 0: the same.
	scale int
	peak  bool
}

// targets are those for 2 cores.
var targets = []target{
	{row: batchName, from: 100, times: pythonName, most: 1 / 1.5},
	{row: batchName, from: 100, times: pythonCheckName, most: 1 / 3.0},
	{row: runName, from: 100, times: pythonName, most: 1 / 1.8},
	{row: runName, from: 100, times: floorName, most: 1.4},
	{row: runName, from: 100, times: sparkName, most: 1 / 20.0},
	{row: runName, from: 100, to: 100, most: 750, peak: true},
	{row: batchName, from: 100, to: 100, most: 750, peak: true},
	{row: incrementalName, from: 100, times: runName, most: 1 / 4.0},
	{row: checkName, from: 10, times: countName, most: 1.2},
	{row: againName, from: 1, most: 0.1},
	{row: "stedi-preview-landing", from: 1, to: 100, most: 0.2},
	{row: "stedi-preview", from: 1, to: 100, most: 0.2},
	{row: "stedi-count", from: 1, to: 100, most: 0.2},
	{row: "stedi-page", from: 1, to: 100, most: 0.2},
	{row: runName, from: 1, to: 1, most: 0.12},
	{row: runName, from: 1, to: 10, times: expertName, most: 1.3},
	{row: runName, from: 1, to: 10, times: pythonName, most: 1},
	{row: batchName, from: 1, to: 10, times: runName, most: 1.4},
	{row: memoryName, from: 1000, to: 1000, times: runName, scale: 100, most: 12},
	{row: memoryName, from: 1000, most: 2000 + 300, peak: true},
}

// The values of -targets.
const (
	noTargets   = "none"
	wallTargets = "wall"
	cpuTargets  = "cpu"
)

// outcome is a target at one scale, and what was measured.
type outcome struct {
	target

	scale    int // of the row
	measured float64
	slack    float64
}

func (o outcome) met() bool { return o.measured <= o.most*o.slack }

// outcomes returns the targets whose rows have results. With cpu, CPU times are
// compared, which depend less on what else the machine does, and times without
// a comparison are left out.
func outcomes(all []series, slack float64, cpu bool) []outcome {
	took := func(c cost) time.Duration { return c.wall }
	if cpu {
		took = func(c cost) time.Duration { return c.cpu }
	}
	var list []outcome
	for _, s := range all {
		for _, t := range targets {
			if s.lake.scale < t.from || t.to > 0 && s.lake.scale > t.to {
				continue
			}
			o := outcome{target: t, scale: s.lake.scale, slack: slack}
			row, ok := s.find(t.row)
			switch {
			case !ok:
				continue
			case t.peak:
				o.measured = float64(median(row.runs, func(c cost) int64 { return c.peak })) / 1e6
			case t.times == "" && cpu:
				continue
			case t.times == "":
				o.measured = median(row.runs, took).Seconds()
			default:
				other, ok := at(all, t.scale, s).find(t.times)
				if !ok {
					continue
				}
				o.measured = median(row.runs, took).Seconds() / max(1e-3, median(other.runs, took).Seconds())
			}
			list = append(list, o)
		}
	}
	return list
}

// at returns the series of a scale; 0 means that of usual.
func at(all []series, scale int, usual series) series {
	if scale == 0 {
		return usual
	}
	for _, s := range all {
		if s.lake.scale == scale {
			return s
		}
	}
	return series{}
}

// missed returns the targets that were missed as an error.
func missed(list []outcome) error {
	var errs []error
	for _, o := range list {
		if !o.met() {
			errs = append(errs, fmt.Errorf("target missed at scale %d: %s, measured %s", o.scale, o, o.amount(o.measured)))
		}
	}
	return errors.Join(errs...)
}

// String returns what the target says.
func (o outcome) String() string {
	text := fmt.Sprintf("%s: at most %s", title(o.row), o.amount(o.most))
	if o.times != "" {
		text += " × " + title(o.times)
	}
	if o.target.scale > 0 {
		text += fmt.Sprintf(" at scale %d", o.target.scale)
	}
	if o.slack != 1 {
		text += fmt.Sprintf(", here %g times that", o.slack)
	}
	return text
}

func (o outcome) amount(n float64) string {
	switch {
	case o.peak:
		return fmt.Sprintf("%.0f MB", n)
	case o.times == "":
		return fmt.Sprintf("%.2f s", n)
	}
	return fmt.Sprintf("%.2f", n)
}

// targetRows returns the table of targets, header first.
func targetRows(list []outcome) [][]string {
	grid := [][]string{{"scale", "target", "measured", "met"}}
	for _, o := range list {
		met := "yes"
		if !o.met() {
			met = "no"
		}
		grid = append(grid, []string{fmt.Sprintf("%d×", o.scale), o.String(), o.amount(o.measured), met})
	}
	return grid
}

func title(name string) string {
	for _, r := range rivals {
		if r.name == name {
			return r.title
		}
	}
	return name
}
