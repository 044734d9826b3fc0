package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// diffRuns prints what differs between two runs.
func (p *program) diffRuns(ctx context.Context, store pipeline.Store, a, b string) error {
	first, err := pipeline.FindRun(ctx, store, a)
	if err != nil {
		return err
	}
	second, err := pipeline.FindRun(ctx, store, b)
	if err != nil {
		return err
	}
	d, err := pipeline.Compare(ctx, store, first, second)
	if err != nil {
		return err
	}
	if p.config.output == "text" {
		_, err := io.WriteString(p.stdout, diffText(d))
		return err
	}
	encoder := json.NewEncoder(p.stdout)
	if p.config.output == "json" {
		encoder.SetIndent("", "  ")
	}
	return encoder.Encode(d)
}

func diffText(d *pipeline.Diff) string {
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

func diffTables(b *strings.Builder, tables []pipeline.TableDiff) {
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

// countOf writes a number of a diff; -1 stands for none.
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
