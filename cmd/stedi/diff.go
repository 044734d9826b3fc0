package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/query"
	"stedi/pipeline/report"
	"stedi/pipeline/state"
)

// diffRuns prints the differences between two runs.
func (p *program) diffRuns(ctx context.Context, store pipeline.Store, a, b string) error {
	d, err := compareRuns(ctx, store, a, b)
	if err != nil {
		return err
	}
	if p.config.output == "text" {
		_, err := io.WriteString(p.out, diffText(d))
		return err
	}
	return p.encode(d)
}

// diffRows prints the differences between two runs, including their rows.
func (p *program) diffRows(ctx context.Context, a, b string) (err error) {
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	d, err := compareRuns(ctx, o.store, a, b)
	if err != nil {
		return err
	}
	memory, err := bytesOf(p.config.memory)
	if err != nil {
		return err
	}
	versions := o.versions(query.Options{Memory: memory, Threads: p.config.threads, Timeout: diffTime})
	rows, err := report.CompareRows(ctx, o.runner(p.config.demo), versions, d)
	if err != nil {
		return err
	}
	if p.config.output == "text" {
		return p.diffRowsText(d, rows)
	}
	return p.encode(struct {
		*report.Diff
		Rows []report.RowsDiff `json:"rows"`
	}{d, rows})
}

// diffTime is the time limit for comparing the rows of one table.
const diffTime = 10 * time.Minute

// versions returns a function that opens two versions of a table for queries.
func (o *opened) versions(options query.Options) report.Versions {
	return func(_ context.Context, before, after pipeline.Input) (pipeline.Querier, error) {
		inputs := map[string]pipeline.Input{before.Table.Name: before, after.Table.Name: after}
		return query.Open(o.lake, inputs, o.folder, options), nil
	}
}

func compareRuns(ctx context.Context, store pipeline.Store, a, b string) (*report.Diff, error) {
	first, err := state.FindRun(ctx, store, a)
	if err != nil {
		return nil, err
	}
	second, err := state.FindRun(ctx, store, b)
	if err != nil {
		return nil, err
	}
	return report.Compare(ctx, store, first, second)
}

// encode prints a result as JSON. For ndjson it prints one line, or one for each
// element of a list.
func (p *program) encode(result any) error {
	if list := reflect.ValueOf(result); p.config.output == "ndjson" && list.Kind() == reflect.Slice {
		for i := range list.Len() {
			if err := p.encode(list.Index(i).Interface()); err != nil {
				return err
			}
		}
		return nil
	}
	encoder := json.NewEncoder(p.stdout)
	if p.config.output == "json" {
		encoder.SetIndent("", "  ")
	}
	return encoder.Encode(result)
}

func (p *program) diffRowsText(d *report.Diff, tables []report.RowsDiff) error {
	var b strings.Builder
	b.WriteString(diffText(d))
	for _, t := range tables {
		if t.Gone != "" {
			fmt.Fprintf(&b, "\nrows of %s cannot be compared: %s\n", t.Table, t.Gone)
			continue
		}
		fmt.Fprintf(&b, "\nrows of %s: %s only in A, %s only in B\n", t.Table, thousands(t.OnlyA), thousands(t.OnlyB))
		for _, side := range []struct {
			name   string
			sample [][]any
		}{{"A", t.SampleA}, {"B", t.SampleB}} {
			if len(side.sample) == 0 {
				continue
			}
			fmt.Fprintf(&b, "some only in %s\n", side.name)
			out := newRowWriter(&b, "text", t.Columns)
			for _, row := range side.sample {
				if err := out.Row(row); err != nil {
					return err
				}
			}
			if err := out.End(); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

func diffText(d *report.Diff) string {
	var b strings.Builder
	rows := [][]string{{"", "RUN", "STATUS", "ENGINE", "PROFILE"}}
	rows = append(rows, []string{"A", d.A, d.Status.A, d.Engine.A, orDash(d.Profile.A)}, []string{"B", d.B, d.Status.B, d.Engine.B, orDash(d.Profile.B)})
	writeLines(&b, align(rows))
	b.WriteString("\n")
	diffTables(&b, d.Tables)
	b.WriteString("\n")
	rows = [][]string{{"STEP", "A", "B", "SECONDS A", "SECONDS B"}}
	for _, s := range d.Steps {
		rows = append(rows, []string{s.Table, s.State.A, s.State.B, fmt.Sprintf("%.2f", s.Seconds.A), fmt.Sprintf("%.2f", s.Seconds.B)})
	}
	writeLines(&b, align(rows, 3, 4))
	for _, s := range d.Steps {
		if len(s.Funnel) == 0 && s.SQL == "" {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", s.Table)
		for _, stage := range s.Funnel {
			fmt.Fprintf(&b, "  %s %s → %s\n", stage.Stage, countOf(stage.Rows.A), countOf(stage.Rows.B))
		}
		for line := range strings.Lines(s.SQL) {
			b.WriteString("  " + printable.Text(strings.TrimRight(line, "\n")) + "\n")
		}
	}
	return b.String()
}

func diffTables(b *strings.Builder, tables []report.TableDiff) {
	if len(tables) == 0 {
		b.WriteString("All tables have the same rows, bytes and columns.\n")
		return
	}
	rows := [][]string{{"TABLE", "ROWS A", "ROWS B", "CHANGE", "BYTES A", "BYTES B", "COLUMNS"}}
	for _, t := range tables {
		change := "-"
		if t.Rows.A >= 0 && t.Rows.B >= 0 {
			change = fmt.Sprintf("%+d", t.Rows.B-t.Rows.A)
		}
		var columns []string
		for _, c := range t.Added {
			columns = append(columns, "+"+c)
		}
		for _, c := range t.Removed {
			columns = append(columns, "-"+c)
		}
		rows = append(rows, []string{
			t.Table, countOf(t.Rows.A), countOf(t.Rows.B), change, countOf(t.Bytes.A), countOf(t.Bytes.B), orDash(strings.Join(columns, ", ")),
		})
	}
	writeLines(b, align(rows, 1, 2, 3, 4, 5))
}

// countOf formats a number of a diff; -1 means missing.
func countOf(n int64) string {
	if n < 0 {
		return "-"
	}
	return thousands(n)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func writeLines(b *strings.Builder, lines []string) {
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
}
