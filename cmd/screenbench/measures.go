package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// bench measures, and collects the results.
type bench struct {
	*options
	say     func(format string, args ...any)
	results []result
}

// measure runs the quick measurements first.
func (b *bench) measure(ctx context.Context) error {
	if err := os.MkdirAll(b.work, 0o755); err != nil {
		return err
	}
	many, err := b.lakeOfFiles(ctx)
	if err != nil {
		return err
	}
	big, err := b.bigLake(ctx)
	if err != nil {
		return err
	}
	on := func(lake string) []string { return []string{"--lake", lake} }
	scale := fmt.Sprintf("scale %d", b.scale)
	return errors.Join(
		b.starting(ctx, "the demo lake", "--demo"),
		b.starting(ctx, scale, on(big)...),
		b.starting(ctx, fmt.Sprintf("%d files", b.files), on(many)...),
		b.idle(ctx, on(big)),
		b.paging(ctx, big),
		b.working(ctx, scale, append(on(big), "--force")),
	)
}

// starting measures the time to the first frame and to the tables.
func (b *bench) starting(ctx context.Context, name string, args ...string) error {
	b.say("starting on %s", name)
	var first, known []time.Duration
	for range b.starts {
		s, err := start(ctx, b.stedi, args...)
		if err != nil {
			return err
		}
		framed, err := s.shows("STEDI lake")
		tables, e := s.shows("machine_learning_cur")
		if err := errors.Join(err, e, s.end()); err != nil {
			return err
		}
		first, known = append(first, framed.Sub(s.began)), append(known, tables.Sub(s.began))
	}
	b.add("first frame, "+name, "50 ms", first)
	b.add("tables on it, "+name, "", known)
	return nil
}

// idle measures the CPU use of the idle program, and the response times of
// keys.
func (b *bench) idle(ctx context.Context, args []string) error {
	b.say("doing nothing for ten seconds")
	s, err := start(ctx, b.stedi, args...)
	if err != nil {
		return err
	}
	defer func() { _ = s.end() }()
	if _, err := s.shows("DISTINCT"); err != nil {
		return err
	}
	wait(ctx, 10*time.Second) // until the column stats are complete
	const span = 10 * time.Second
	before, err := cpuTime(s.cmd.Process.Pid)
	if err != nil {
		return err
	}
	wait(ctx, span)
	after, err := cpuTime(s.cmd.Process.Pid)
	if err != nil {
		return err
	}
	b.note("CPU while idle", "0.5 %", fmt.Sprintf("%.1f %%", 100*(after-before).Seconds()/span.Seconds()))
	return b.keysOn(ctx, s, "idle", func() error { return nil })
}

// working measures the response times of keys during runs, and the time to
// cancel a run.
func (b *bench) working(ctx context.Context, name string, args []string) error {
	b.say("running")
	s, err := start(ctx, b.stedi, args...)
	if err != nil {
		return err
	}
	defer func() { _ = s.end() }()
	if _, err := s.shows("machine_learning_cur"); err != nil {
		return err
	}
	wait(ctx, time.Second) // the terminal has reported its features by then
	running := func() error {
		if strings.Contains(s.screen(), "▶ running") {
			return nil
		}
		_, err := s.press("R", has("▶ running"))
		return err
	}
	if err := b.keysOn(ctx, s, "a run of "+name, running); err != nil {
		return err
	}
	if err := running(); err != nil {
		return err
	}
	took, err := s.press("c", has("cancelled; no table"))
	b.add("cancelling a run of "+name, "1 s", []time.Duration{took})
	return err
}

// keysOn measures the response times of keys, first at the pace of a person and
// then as fast as possible. It calls before at the start of each round.
func (b *bench) keysOn(ctx context.Context, s *session, name string, before func() error) error {
	for _, pace := range []struct {
		name  string
		pause time.Duration
	}{{"at a person's pace", 80 * time.Millisecond}, {"as fast as it answers", 0}} {
		b.say("pressing keys %s, %s", pace.name, name)
		var all []time.Duration
		rounds := (b.keys + len(moves) - 1) / len(moves) // whole rounds, because a round ends in its first state
		for i := range rounds * len(moves) {
			if i%len(moves) == 0 {
				if err := before(); err != nil {
					return err
				}
			}
			took, err := s.press(moves[i%len(moves)].keys, moves[i%len(moves)].shown)
			if err != nil {
				return err
			}
			all = append(all, took)
			wait(ctx, time.Duration(float64(pace.pause)*(0.5+rand.Float64())))
		}
		b.add("key to frame, "+name+", "+pace.name, "16 ms", all)
	}
	return nil
}

// moves are keys that each change the screen in a way that the previous key
// does not.
var moves = []struct {
	keys  string
	shown sight
}{
	{"\x1b[B", chosen("customer_la")},
	{"\x1b[B", chosen("step_trainer_la")},
	{"\x1b[C", chosen("step_trainer_tr")},
	{"2", has("TRANSFORMS")},
	{"1", chosen("step_trainer_tr")},
	{"\x1b[A", chosen("accelerometer_tr")},
	{"5", has("─ RUNS")},
	{"1", chosen("accelerometer_tr")},
	{"\x1b[D", chosen("customer_la")},
	{"\x1b[A", chosen("accelerometer_la")},
	{"3", has("CATALOG")},
	{"\t", has("esc to the rows")},
	{"x", has("│ 1 x")},
	{"\x7f", lacks("│ 1 x")},
	{"\x1b1", has("FUNNEL")}, // alt+1
}

// paging measures the time to the first and to the last page of a large table.
func (b *bench) paging(ctx context.Context, lake string) error {
	b.say("opening a large table")
	var first, last []time.Duration
	for range min(5, b.starts) {
		s, err := start(ctx, b.stedi, "--lake", lake)
		if err != nil {
			return err
		}
		page, end, err := s.page(ctx)
		if err := errors.Join(err, s.end()); err != nil {
			return err
		}
		first, last = append(first, page), append(last, end)
	}
	b.add(fmt.Sprintf("first page of machine_learning_curated, scale %d", b.scale), "200 ms", first)
	b.add("its last page", "1 s", last)
	return nil
}

func (s *session) page(ctx context.Context) (first, last time.Duration, err error) {
	if _, err := s.shows("machine_learning_cur"); err != nil {
		return 0, 0, err
	}
	wait(ctx, time.Second) // so that the lake is loaded before the table is measured
	if _, err := s.press("\x1b[C\x1b[C\x1b[B", chosen("machine_learning")); err != nil {
		return 0, 0, err
	}
	if first, err = s.press("\r", has("row 1 of")); err != nil {
		return 0, 0, err
	}
	wait(ctx, time.Second)
	last, err = s.press("G", atTheLastRow)
	return first, last, err
}

// atTheLastRow reports whether the status line shows the last row, such as "row
// 7 of 7".
func atTheLastRow(screen string) bool {
	_, at, _ := strings.Cut(screen, "─ row ")
	words := strings.Fields(at)
	return len(words) > 2 && words[0] == words[2]
}

// cpuTime returns the CPU time of a process without its children.
func cpuTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("process %d: no CPU times in %q", pid, text)
	}
	user, err := strconv.Atoi(fields[11])
	system, e := strconv.Atoi(fields[12])
	const tick = 10 * time.Millisecond // the clock tick of Linux
	return time.Duration(user+system) * tick, errors.Join(err, e)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
