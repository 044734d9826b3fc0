package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
)

// previewFlags say which part of a table to show.
type previewFlags struct {
	columns []string
	where   string
	rows    int
}

func (p *program) previewCommand() *cobra.Command {
	var flags previewFlags
	cmd := &cobra.Command{
		Use:   "preview TABLE",
		Short: "Show a table's columns, its count and its first rows",
		Example: "stedi preview customer_curated --demo\n" +
			"stedi preview machine_learning_curated --demo -n 3 --where \"x > 0\" --columns x,y,z",
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return p.preview(cmd.Context(), args[0], flags) },
		Annotations: map[string]string{outputsAnnotation: strings.Join(rowOutputs, " ")},
	}
	cmd.Flags().StringSliceVar(&flags.columns, "columns", nil, "only these columns, in this order")
	cmd.Flags().StringVar(&flags.where, "where", "", "only rows for which this SQL condition holds")
	cmd.Flags().IntVarP(&flags.rows, "rows", "n", 10, "at most so many rows")
	return cmd
}

//go:embed preview.sql
var previewSQL string

var previewTemplate = template.Must(template.New("preview.sql").Funcs(template.FuncMap{
	"name": func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` },
}).Parse(previewSQL))

func (p *program) preview(ctx context.Context, name string, flags previewFlags) (err error) {
	q, o, closeQuery, err := p.openQuery(ctx, time.Minute)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeQuery()) }()
	tables, err := o.lake.Resolve([]string{name})
	if err != nil {
		return err
	}
	table := o.lake.Table(tables[0])
	columns, err := chosenColumns(table, flags.columns)
	if err != nil {
		return err
	}
	if flags.rows < 0 {
		return usage(fmt.Errorf("-n %d: want a number from 0", flags.rows))
	}
	text := func(count bool) string {
		var b strings.Builder
		err = previewTemplate.Execute(&b, map[string]any{"Table": table.Name, "Columns": columns, "Where": flags.where, "Rows": flags.rows, "Count": count})
		return b.String()
	}
	counted, err := q.Query(ctx, text(true))
	if err != nil {
		return err
	}
	page, err := counted.Next(ctx)
	if err = errors.Join(err, counted.Close()); err != nil { //nolint:contextcheck // closing happens after ctx has ended, too
		return err
	}
	rows, err := q.Query(ctx, text(false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }() //nolint:contextcheck // closing happens after ctx has ended, too
	count, _ := page[0][0].(int64)
	return p.printPreview(ctx, table, columns, count, rows)
}

func chosenColumns(table *pipeline.Table, names []string) ([]pipeline.Column, error) {
	if len(names) == 0 {
		return table.Columns, nil
	}
	var all []string
	for _, c := range table.Columns {
		all = append(all, c.Name)
	}
	var chosen []pipeline.Column
	for _, name := range names {
		i := slices.IndexFunc(all, func(c string) bool { return strings.EqualFold(c, name) })
		if i < 0 {
			fix := "Columns: " + strings.Join(all, ", ") + "."
			if near := pipeline.Nearest(name, all); near != "" {
				fix = "Did you mean " + near + "? " + fix
			}
			return nil, pipeline.Fail(pipeline.BadUsage, table.Name, fix, "there is no column %q", name)
		}
		chosen = append(chosen, table.Columns[i])
	}
	return chosen, nil
}

func (p *program) printPreview(ctx context.Context, table *pipeline.Table, columns []pipeline.Column, count int64, rows rowSource) error {
	switch p.config.output {
	case "text":
		schema := [][]string{{"COLUMN", "TYPE", "KEY"}}
		for _, c := range columns {
			schema = append(schema, []string{c.Name, c.Type.String(), map[bool]string{true: "key", false: ""}[c.Key]})
		}
		if _, err := fmt.Fprintf(p.stdout, "%s  zone %s  folder %s\n%s\n\n", table.Name, table.Zone, table.Path, table.Doc); err != nil {
			return err
		}
		if err := printTable(p.stdout, schema); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.stdout); err != nil {
			return err
		}
		shown, err := printRows(ctx, p.stdout, rows, "text")
		if err == nil {
			_, err = fmt.Fprintf(p.stdout, "\n%s of %s rows\n", thousands(shown), thousands(count))
		}
		return err
	case "json":
		var b strings.Builder
		if _, err := printRows(ctx, &b, rows, "json"); err != nil {
			return err
		}
		type column struct {
			Name string `json:"name"`
			Type string `json:"type"`
		}
		schema := []column{}
		for _, c := range columns {
			schema = append(schema, column{c.Name, c.Type.String()})
		}
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"table": table.Name, "columns": schema, "count": count, "rows": json.RawMessage(b.String())})
	default:
		_, err := printRows(ctx, p.stdout, rows, p.config.output)
		return err
	}
}
