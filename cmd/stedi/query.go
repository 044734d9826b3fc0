package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
)

func (p *program) queryCommand() *cobra.Command {
	var file string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Answer one read-only SELECT",
		Long: "Answer one SELECT over the tables of the lake: the text, a file (-f FILE) or standard input (-f -).\n" +
			"The text is parsed before anything runs, and the query runs in a process of its own that can read the\n" +
			"lake and do nothing else, within --memory and --timeout.",
		Example: "stedi query \"select count(*) as n from machine_learning_curated\" --demo\n" +
			"stedi query \"select c.email from customer_trusted as c limit 3\" --demo --output csv",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := p.queryText(args, file)
			if err != nil {
				return err
			}
			return p.query(cmd.Context(), text, timeout)
		},
		Annotations: map[string]string{outputsAnnotation: strings.Join(rowOutputs, " ")},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "read the SQL from a file, or from standard input if it is -")
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "longest time for the query")
	return cmd
}

// queryText finds the SQL that is meant.
func (p *program) queryText(args []string, file string) (string, error) {
	switch {
	case len(args) == 1 && file == "":
		return args[0], nil
	case len(args) == 0 && file == "-":
		text, err := io.ReadAll(p.stdin)
		return string(text), err
	case len(args) == 0 && file != "":
		text, err := os.ReadFile(file)
		if err != nil {
			return "", usage(err)
		}
		return string(text), nil
	default:
		return "", usage(errors.New("give the SQL as one argument, or a file with -f"))
	}
}

func (p *program) query(ctx context.Context, text string, timeout time.Duration) (err error) {
	q, _, closeQuery, err := p.openQuery(ctx, timeout)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeQuery()) }()
	rows, err := q.Query(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	n, err := printRows(ctx, p.stdout, rows, p.config.output)
	if err == nil && p.config.output == "text" {
		narrate(p.stderr, rowsText(n)+"\n")
	}
	p.tellUsage(rows)
	return err
}

// openQuery opens the lake for reading. A demo lake is run first, so that all
// of its tables are there.
func (p *program) openQuery(ctx context.Context, timeout time.Duration) (pipeline.Querier, *opened, func() error, error) {
	o, err := p.open(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	fail := func(err error) (pipeline.Querier, *opened, func() error, error) {
		return nil, nil, nil, errors.Join(err, o.close())
	}
	if p.config.demo {
		if _, err := o.runner(true).Run(ctx, pipeline.RunOptions{}, func(pipeline.Event) {}); err != nil {
			return fail(err)
		}
	}
	memory, err := bytesOf(p.config.memory)
	if err != nil {
		return fail(err)
	}
	q, err := p.querier(ctx, o, "", registry.QueryLimits{Memory: memory, Timeout: timeout, Threads: p.config.threads})
	if err != nil {
		return fail(err)
	}
	return q, o, func() error { return errors.Join(q.Close(), o.close()) }, nil
}

// bytesOf reads a size such as 512MB; empty is 0.
func bytesOf(text string) (int64, error) { return registry.Size("memory", text) }
