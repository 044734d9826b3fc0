package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/printable"
	"stedi/pipeline/report"
)

// lakesFlags are for those who check many lakes, such as reviewers.
type lakesFlags struct {
	lakes   []string
	verbose bool
}

// names are the lakes that the flag and the words behind it name. @FILE stands
// for the lines of a file; what they name is relative to it.
func (f lakesFlags) names(words []string) ([]string, error) {
	var names []string
	for _, name := range append(slices.Clone(f.lakes), words...) {
		file, isList := strings.CutPrefix(name, "@")
		if !isList {
			names = append(names, name)
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Write the lakes into the file, one a line.", "--lakes %s: %w", name, err)
		}
		for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				names = append(names, beside(file, line))
			}
		}
	}
	if len(names) == 0 {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Name them, as in `stedi check --lakes lakes/*`.", "--lakes names no lake")
	}
	return names, nil
}

// checkLakes checks many lakes, several at a time. One that cannot be read fails
// alone.
func (p *program) checkLakes(ctx context.Context, names []string, options check.InspectOptions, verbose bool, ci ciFlags) error {
	if ci.junit != "" {
		if err := writable(ci.junit); err != nil {
			return unwritable("--junit"+p.config.where("junit"), err)
		}
	}
	// Each lake has an engine, so that the lakes share the cores, not each lake
	// all of them.
	atOnce := min(len(names), max(1, runtime.GOMAXPROCS(0)))
	records := make([]*pipeline.Record, len(names))
	done := make([]chan struct{}, len(names))
	for i := range done {
		done[i] = make(chan struct{})
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	started := make(chan struct{})
	go func() {
		defer close(started)
		for i, name := range names {
			group.Go(func() error {
				defer close(done[i])
				records[i] = p.checkOne(ctx, name, options, max(1, runtime.GOMAXPROCS(0)/atOnce))
				return nil
			})
		}
	}()
	out := &lakesPrinter{p: p, verbose: verbose}
	for _, name := range names {
		out.wide = max(out.wide, len([]rune(printable.Text(name))))
	}
	var err error
	for i := range names {
		<-done[i]
		err = errors.Join(err, out.lake(names[i], records[i]))
	}
	<-started
	_ = group.Wait() // a lake's error is in its record
	err = errors.Join(err, out.end(records))
	if ci.junit != "" && err == nil {
		if err = os.WriteFile(ci.junit, report.JUnitOf(records), 0o644); err != nil { // a report without data, for others to read
			err = pipeline.Fail(pipeline.BadEngine, "", "Name a file in a folder that exists and can be written.", "--junit: %w", err)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failed := failedLakes(records); err == nil && failed > 0 {
		return &explainedError{pipeline.Fail(pipeline.BadData, "", "", "%s failed", pipeline.Counted(failed, "lake"))}
	}
	return err
}

// checkOne checks one of many lakes. Whatever fails stands in the record.
func (p *program) checkOne(ctx context.Context, name string, options check.InspectOptions, threads int) *pipeline.Record {
	one := &program{process: p.process, config: p.config}
	one.stdout, one.stderr, one.raw = io.Discard, io.Discard, io.Discard
	one.config.lake = plainS3(name)
	if one.config.threads == 0 {
		one.config.threads = threads
	}
	began := time.Now()
	record, err := one.evaluate(ctx, options)
	if record == nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		record = &pipeline.Record{
			Schema: pipeline.RecordSchema, Engine: p.config.engine, Started: began.UTC(),
			Profile: append([]string{}, p.config.profile...), Tables: []pipeline.TableRecord{}, Steps: []pipeline.StepRecord{}, Checks: []pipeline.CheckRecord{},
		}
		record.End(time.Now(), err)
		record.Lake = name
		if absolute, err := filepath.Abs(name); err == nil && !isURL(one.config.lake) {
			record.Lake = absolute
		}
	}
	return record
}

func (p *program) evaluate(ctx context.Context, options check.InspectOptions) (record *pipeline.Record, err error) {
	o, err := p.openSilently(ctx, p.selected(), p.selected().SupportsLake)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return check.Evaluate(ctx, o.runner(false), options)
}

// lakesPrinter prints a line for each lake.
type lakesPrinter struct {
	p       *program
	wide    int // of the longest name
	verbose bool
	began   bool
}

func (l *lakesPrinter) lake(name string, r *pipeline.Record) error {
	switch l.p.config.output {
	case "json":
		return nil // all in one array
	case "ndjson":
		return json.NewEncoder(l.p.stdout).Encode(r)
	}
	if !l.began {
		l.began = true
		if _, err := fmt.Fprintf(l.p.out, "%-*s  %-7s  %-26s  %s\n", l.wide, "LAKE", "RESULT", "FIRST WRONG TABLE", "ROWS OF DERIVED TABLES, CHECKS"); err != nil {
			return err
		}
	}
	shown := printable.Text(name)
	pad := strings.Repeat(" ", max(0, l.wide-len([]rune(shown))))
	if _, err := fmt.Fprintf(l.p.out, "%s%s  %-7s  %-26s  %s\n", shown, pad, lakeVerdict(r), firstWrong(r), lakeCounts(r)); err != nil || !l.verbose {
		return err
	}
	if err := (&textPrinter{out: l.p.out, progress: l.p.progressLine(), color: l.p.colors(l.p.stdout)}).end(r); err != nil {
		return err
	}
	_, err := fmt.Fprintln(l.p.out)
	return err
}

func (l *lakesPrinter) end(records []*pipeline.Record) error {
	switch l.p.config.output {
	case "json":
		encoder := json.NewEncoder(l.p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(records)
	case "ndjson":
		return nil
	}
	failed := failedLakes(records)
	_, err := fmt.Fprintf(l.p.out, "\n%s: %d passed, %d failed\n", pipeline.Counted(len(records), "lake"), len(records)-failed, failed)
	return err
}

func failedLakes(records []*pipeline.Record) (n int) {
	for _, r := range records {
		if r.ExitCode != 0 {
			n++
		}
	}
	return n
}

// lakeVerdict is pass or fail, or error if the lake was not checked.
func lakeVerdict(r *pipeline.Record) string {
	switch tally := r.CountChecks(); {
	case tally.Failed > 0:
		return "fail"
	case r.ExitCode != 0:
		return "error"
	default:
		return "pass"
	}
}

// firstWrong is the first table, upstream before downstream, with a check that
// failed.
func firstWrong(r *pipeline.Record) string {
	for _, t := range r.Tables {
		if slices.ContainsFunc(r.Checks, func(c pipeline.CheckRecord) bool {
			return c.Table == t.Table && c.State == "fail" && c.Severity != "warning"
		}) {
			return t.Table
		}
	}
	return "-"
}

// lakeCounts are the rows of the derived tables and the results of the checks,
// or why there are none.
func lakeCounts(r *pipeline.Record) string {
	if r.Error != "" {
		first, _, _ := strings.Cut(r.Error, "\n")
		return printable.Text(first)
	}
	var rows []string
	for _, t := range r.Tables {
		if t.Zone != pipeline.Landing {
			rows = append(rows, count(t))
		}
	}
	tally := r.CountChecks()
	return fmt.Sprintf("%s  %d passed, %d failed, %s", strings.Join(rows, " / "), tally.Passed, tally.Failed, pipeline.Counted(tally.Warned, "warning"))
}
