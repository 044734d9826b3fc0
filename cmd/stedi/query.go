package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/run"
)

func (p *program) queryCommand() *cobra.Command {
	var file string
	var timeout time.Duration
	var allow allowFlags
	cmd := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Run one read-only SELECT",
		Long: "Run one SELECT over the tables of the lake: the text, a file (-f FILE) or standard input (-).\n" +
			"The SQL is parsed first, and runs in a separate process that can only read the lake, within --memory\n" +
			"and --timeout. A line or a file that cannot be read fails the query, unless it is skipped with\n" +
			"--max-rejects or --skip-file: then stderr says what was skipped, and\n" +
			"--output json prints an object with the rows and with \"left_out\".\n" +
			"EXPLAIN SELECT … prints the plan as a tree, without running it; EXPLAIN ANALYZE SELECT … runs it,\n" +
			"and prints the rows and the time of each step.",
		Example: "stedi query \"select count(*) as n from machine_learning_curated\" --demo\n" +
			"stedi query \"select c.email from customer_trusted as c limit 3\" --demo --output csv\n" +
			"stedi query \"explain select count(*) from machine_learning_curated\" --demo",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := p.queryText(args, file)
			if err != nil {
				return err
			}
			return p.query(cmd.Context(), text, timeout, allow.allowance())
		},
		Annotations: map[string]string{outputsAnnotation: strings.Join(rowOutputs, " ")},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "read the SQL from a file, or from standard input if it is -")
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "timeout of the query")
	allow.add(cmd.Flags())
	return cmd
}

// sqlArguments protects SQL of `stedi query` that begins with a comment,
// because the flag parser would parse -- as a flag. It detects SQL by white
// space in the flag's name or a line break in its value, and inserts a leading
// space, which changes neither the SQL nor its line numbers.
func sqlArguments(args []string) []string {
	at := slices.Index(args, "query")
	if at < 0 {
		return args
	}
	args = slices.Clone(args)
	for i := at + 1; i < len(args) && args[i] != "--"; i++ {
		name, _, _ := strings.Cut(args[i], "=")
		if strings.HasPrefix(name, "--") && (strings.ContainsAny(name, " \t") || strings.ContainsAny(args[i], "\r\n")) {
			args[i] = " " + args[i]
		}
	}
	return args
}

// queryText returns the SQL from the argument, a file or stdin.
func (p *program) queryText(args []string, file string) (string, error) {
	switch {
	case len(args) == 1 && args[0] == "-" && file == "":
		return p.queryText(nil, "-")
	case len(args) == 1 && file == "":
		return args[0], nil
	case len(args) == 0 && file == "-":
		text, err := io.ReadAll(p.stdin)
		return string(text), err
	case len(args) == 0 && file != "":
		text, err := os.ReadFile(file)
		if err != nil {
			return "", pipeline.Fail(pipeline.BadUsage, "", "Name a file with one SELECT, or pass - for standard input.", "-f: %w", err)
		}
		return string(text), nil
	default:
		return "", pipeline.Fail(pipeline.BadUsage, "", "Give one SELECT as the argument, a file with -f, or - for standard input.", "one SELECT is required")
	}
}

func (p *program) query(ctx context.Context, text string, timeout time.Duration, allow pipeline.Allowance) (err error) {
	q, _, closeQuery, err := p.openQuery(ctx, timeout, allow)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeQuery()) }()
	rows, err := q.Query(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	n, err := p.printQuery(ctx, rows, allow)
	if err == nil {
		if p.config.output == "text" {
			tryWrite(p.stderr, rowsText(n)+"\n")
		}
		p.tellLeftOut(pipeline.LeftOutBy(rows))
	}
	p.tellUsage(rows)
	return err
}

// printQuery writes the rows. If the allowance permits left-out lines, JSON
// output is an object that lists them.
func (p *program) printQuery(ctx context.Context, rows pipeline.Rows, allow pipeline.Allowance) (n int64, err error) {
	if p.config.output != "json" || allow.None() {
		return printRows(ctx, p.rowsTo(), rows, p.config.output)
	}
	if _, err := io.WriteString(p.stdout, "{\"rows\": "); err != nil {
		return 0, err
	}
	if n, err = printRows(ctx, p.stdout, rows, "json"); err != nil {
		return n, err
	}
	left, err := json.Marshal(orEmpty(pipeline.LeftOutBy(rows)))
	if err != nil {
		return n, err
	}
	_, err = fmt.Fprintf(p.stdout, ", \"left_out\": %s}\n", left)
	return n, err
}

// orEmpty replaces a nil list with an empty one, which JSON encodes as [].
func orEmpty(left []pipeline.LeftOut) []pipeline.LeftOut {
	return append([]pipeline.LeftOut{}, left...)
}

// tellLeftOut prints which lines and files the rows lack.
func (p *program) tellLeftOut(left []pipeline.LeftOut) {
	for _, l := range left {
		text := "incomplete: " + l.String() + " left out"
		if l.First != "" {
			text += ", the first: " + l.First
		}
		tryWrite(p.stderr, printable.Text(text)+"\n")
	}
}

// openQuery opens the lake for reading. It runs a demo lake first, so that all
// of its tables exist.
func (p *program) openQuery(ctx context.Context, timeout time.Duration, allow pipeline.Allowance) (pipeline.Querier, *opened, func() error, error) {
	o, err := p.open(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	fail := func(err error) (pipeline.Querier, *opened, func() error, error) {
		return nil, nil, nil, errors.Join(err, o.close())
	}
	if err := p.strictly(allow); err != nil {
		return fail(err)
	}
	if p.config.demo {
		if _, err := run.Run(ctx, o.runner(true), pipeline.RunOptions{}, func(pipeline.Event) {}); err != nil {
			return fail(err)
		}
	}
	memory, err := bytesOf(p.config.memory)
	if err != nil {
		return fail(err)
	}
	limits := registry.QueryLimits{Memory: memory, Timeout: timeout, Threads: p.config.threads, Allow: allow}
	q, err := p.querier(ctx, o, "", limits)
	if err != nil {
		return fail(err)
	}
	return q, o, func() error { return errors.Join(q.Close(), o.close()) }, nil
}

// bytesOf parses a size such as 512MB; an empty text is 0.
func bytesOf(text string) (int64, error) { return registry.Size("memory", text) }
