package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/pipeline/printable"
	"stedi/pipeline/query"
)

// previewFlags select the part of a table to show.
type previewFlags struct {
	columns []string
	where   string
	rows    int
	allow   allowFlags
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
	cmd.Flags().StringVar(&flags.where, "where", "", "only rows that match this SQL condition")
	cmd.Flags().IntVarP(&flags.rows, "rows", "n", 10, "maximum number of rows")
	flags.allow.add(cmd.Flags())
	return cmd
}

func (p *program) preview(ctx context.Context, name string, flags previewFlags) (err error) {
	q, o, closeQuery, err := p.openQuery(ctx, time.Minute, flags.allow.allowance())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeQuery()) }()
	tables, err := o.lake.Resolve([]string{name})
	if err != nil {
		return err
	}
	table := o.lake.Table(tables[0])
	if flags.rows < 0 {
		return pipeline.Fail(pipeline.BadUsage, "", "", "-n %d: must be 0 or more", flags.rows)
	}
	view := pager.View{Columns: flags.columns}
	if flags.where != "" {
		view.Where = []pager.Condition{{SQL: flags.where}}
	}
	columns, err := view.Chosen(table)
	if err != nil {
		return err
	}
	count, left, err := pager.CountRows(ctx, q, table, view)
	err = unplaced(err)
	if fault, ok := errors.AsType[*pipeline.SQLError](err); ok && flags.where != "" {
		// A place in the query would say nothing: the user did not write it.
		return pipeline.Fail(pipeline.BadUsage, "", "Write a condition on the table's columns, such as --where \"x > 0\".", "--where %q: %s", flags.where, fault.Message)
	}
	if err != nil {
		return err
	}
	text, err := view.Select(table, int64(flags.rows))
	if err != nil {
		return err
	}
	rows, err := q.Query(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	defer p.tellUsage(rows)
	defer p.tellLeftOut(left)
	return p.printPreview(ctx, previewed{table, columns, count, left}, rows)
}

// unplaced removes the place in the query from the error of a table without
// files: the user did not write that query.
func unplaced(err error) error {
	failure, failed := errors.AsType[*pipeline.Failure](err)
	if at, ok := errors.AsType[*query.Error](err); ok && failed && at.NoData {
		return pipeline.Fail(failure.Kind, "", failure.Fix, "%s", at.Message)
	}
	return err
}

// previewed holds the parts of a preview besides the rows.
type previewed struct {
	table   *pipeline.Table
	columns []pipeline.Column
	count   int64 // of all readable rows
	left    []pipeline.LeftOut
}

func (p *program) printPreview(ctx context.Context, v previewed, rows pipeline.Rows) error {
	table, columns, count := v.table, v.columns, v.count
	switch p.config.output {
	case "text":
		schema := [][]string{{"COLUMN", "TYPE", "KEY"}}
		for _, c := range columns {
			schema = append(schema, []string{c.Name, c.Type.String(), map[bool]string{true: "key", false: ""}[c.Key]})
		}
		if _, err := fmt.Fprintf(p.out, "%s  zone %s  folder %s\n%s\n\n", table.Name, table.Zone, table.Path, table.Doc); err != nil {
			return err
		}
		if err := printTable(p.out, schema); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.out); err != nil {
			return err
		}
		shown, err := printRows(ctx, p.out, rows, "text")
		if err == nil {
			all := rowsText(count)
			if len(v.left) > 0 {
				all += " that can be read. " + printable.Text(pipeline.Missing(v.left))
			}
			_, err = fmt.Fprintf(p.out, "\n%s of %s\n", thousands(shown), all)
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
		document := map[string]any{"table": table.Name, "columns": schema, "count": count, "rows": json.RawMessage(b.String()), "left_out": orEmpty(v.left)}
		if total := pipeline.UsageOf(rows).Session; total != nil {
			document["total"] = total
		}
		return encoder.Encode(document)
	default:
		_, err := printRows(ctx, p.stdout, rows, p.config.output)
		return err
	}
}
