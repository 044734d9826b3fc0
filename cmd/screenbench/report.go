package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// result is a line of the table.
type result struct {
	what, target, median, slowest string
}

// add adds a series of times.
func (b *bench) add(what, target string, times []time.Duration) {
	slices.Sort(times)
	at := func(share float64) string { return short(times[min(len(times)-1, int(share*float64(len(times))))]) }
	r := result{what, target, at(0.5), at(0.99)}
	if len(times) == 1 {
		r.slowest = ""
	}
	b.results = append(b.results, r)
	b.say("  %s: %s, %s", what, r.median, r.slowest)
}

// note adds a single figure.
func (b *bench) note(what, target, figure string) {
	b.results = append(b.results, result{what, target, figure, ""})
	b.say("  %s: %s", what, figure)
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// report writes the table.
func (b *bench) report(w io.Writer) {
	rows := append([]result{{"what", "target", "median", "99 of 100"}}, b.results...)
	for i, r := range rows {
		_, _ = fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.what, r.target, r.median, r.slowest)
		if i == 0 {
			_, _ = fmt.Fprintln(w, "|---|---|---|---|")
		}
	}
}
