package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	beginMark = "<!-- bench:begin -->"
	endMark   = "<!-- bench:end -->"
)

// report prints the table and says what is wrong with it.
func (b *bench) report(stdout io.Writer, all []series, here []rival) error {
	pins, err := b.pins()
	if err != nil {
		return err
	}
	grid, about := rows(all), b.about(here, pins)
	if _, err := fmt.Fprintf(stdout, "%s\n\n%s", about, plain(grid)); err != nil {
		return err
	}
	if err := errors.Join(failures(all)...); err != nil {
		return err
	}
	if b.readme != "" {
		if err := writeBlock(b.readme, about+"\n\n"+markdown(grid)); err != nil {
			return err
		}
	}
	return checkRatio(all[len(all)-1], b.minRatio)
}

// about says under what conditions the numbers hold.
func (b *bench) about(here []rival, pins map[string]string) string {
	return fmt.Sprintf("Median of %d runs after one to warm up, all in one rotated series; whole processes, from start to exit; every run's tables counted. Machine: %s.",
		b.rounds, machine(here, pins))
}

var header = []string{"landing data", "", "wall s", "fastest–slowest", "CPU s", "peak MB", "wall × stedi"}

// leftColumns of a table are text, the others numbers.
const leftColumns = 2

// rows is the table, header first.
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

// verdict stands where the number would.
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

// failures are those that must not go unseen. A rival over the time limit is
// a result like any other.
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

// wall is a rival's median, or 0 where it has none.
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

// median is the mean of the middle two where their number is even.
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

// plain sets the table for a terminal.
func plain(grid [][]string) string {
	widths := make([]int, len(header))
	for _, line := range grid {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for _, line := range grid {
		var set strings.Builder
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < leftColumns {
				set.WriteString(cell + pad + "  ")
			} else {
				set.WriteString(pad + cell + "  ")
			}
		}
		text.WriteString(strings.TrimRight(set.String(), " ") + "\n")
	}
	return text.String()
}

func markdown(grid [][]string) string {
	var text strings.Builder
	for i, line := range grid {
		text.WriteString("| " + strings.Join(line, " | ") + " |\n")
		if i == 0 {
			text.WriteString(strings.Repeat("|---", leftColumns) + strings.Repeat("|---:", len(line)-leftColumns) + "|\n")
		}
	}
	return text.String()
}

// writeBlock puts the text between the marks of a file.
func writeBlock(name, block string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	fresh, err := replaceBlock(string(text), block)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(fresh), info.Mode().Perm())
}

func replaceBlock(text, block string) (string, error) {
	before, rest, begun := strings.Cut(text, beginMark)
	_, after, ended := strings.Cut(rest, endMark)
	if !begun || !ended || strings.Contains(before+after, beginMark) || strings.Contains(before+after, endMark) {
		return "", fmt.Errorf("want one block between %s and %s", beginMark, endMark)
	}
	return before + beginMark + "\n" + strings.TrimSpace(block) + "\n" + endMark + after, nil
}
