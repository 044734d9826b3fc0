package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/state"
)

func (p *program) tablesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tables",
		Short: "List all tables of the Glue database",
		Long: "List every table and view of the database: the zone of the lake that holds its files (\"other\" if none),\n" +
			"its format, its location and when it was changed. --output json has the columns and partitions, too.",
		Example:     "stedi tables --lake s3://bucket/prefix\nstedi tables --lake s3://bucket --database sales --output json",
		Annotations: map[string]string{"examples": "needs an account"},
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return p.listTables(cmd.Context()) },
	}
}

func (p *program) listTables(ctx context.Context) (err error) {
	if !inS3(p.config.lake) {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --lake s3://BUCKET/PREFIX.", "only a lake in S3 has a catalog")
	}
	engine, _, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeEngine()) }()
	lake, err := p.load(ctx, p.config.lake, engine)
	if err != nil {
		return err
	}
	// If --database names the database, the lake's authority file is not
	// required.
	authority := state.Authority{Database: p.config.account.Database}
	if authority.Database == "" {
		store, _, err := p.openBucket(ctx, p.config.lake)
		if err != nil {
			return err
		}
		if authority, err = state.AuthorityOf(ctx, store); err != nil {
			return err
		}
	}
	catalog, err := p.config.account.Catalog(ctx, registry.Place{Root: p.config.lake, Authority: authority})
	if err != nil {
		return err
	}
	tables, err := catalog.Browse(ctx, lake)
	if err != nil {
		return err
	}
	if p.config.output != "text" {
		return p.encode(tables)
	}
	rows := [][]string{{"TABLE", "ZONE", "KIND", "FORMAT", "COLUMNS", "CHANGED", "LOCATION"}}
	for _, t := range tables {
		changed := ""
		if !t.Updated.IsZero() {
			changed = t.Updated.UTC().Format(time.DateTime)
		}
		rows = append(rows, []string{t.Name, t.Zone, t.Kind, t.Format, fmt.Sprint(len(t.Columns) + len(t.Partitions)), changed, printable.Text(t.Location)})
	}
	return printTable(p.out, rows, 4)
}
