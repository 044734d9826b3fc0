package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

func (p *program) tablesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tables",
		Short: "List the tables of the lake, or of the Glue database",
		Long: "List the tables of a lake without a catalog: who built each (managed: stedi; \"built elsewhere\"; or\n" +
			"\"modified outside stedi\"), its files, its folder and when it was changed. For a lake with a catalog, or\n" +
			"with --database, list every table and view of the Glue database: the table of the lake that it is, or the\n" +
			"zone that holds its files (\"other\" if none), its format, its location and when it was changed.\n" +
			"--output json has the columns and partitions, too.",
		Example: "stedi tables --lake ./lake",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.listTables(cmd.Context()) },
	}
}

func (p *program) listTables(ctx context.Context) error {
	inDatabase := inCatalog(p.config.lake) || p.config.account.Database != "" && p.config.origins["lake"] == "" && !p.config.demo
	if !inDatabase && !inS3(p.config.lake) {
		return p.listLakeTables(ctx)
	}
	lake, err := p.loadToBuild(ctx)
	if err != nil {
		return err
	}
	if inDatabase {
		return p.listFound(ctx, lake)
	}
	// Any database can be looked at, so what the lake was deployed to matters
	// only if none is named.
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
	return p.printCatalog(tables)
}

// listFound lists the tables of a database that no lake in S3 belongs to.
func (p *program) listFound(ctx context.Context, lake *pipeline.Lake) error {
	at := slices.IndexFunc(p.config.engines, func(e registry.Entry) bool { return e.Discover != nil && e.Home != nil })
	entry := p.config.engines[at]
	root := p.config.lake
	if !inCatalog(root) {
		root = entry.Home()
	}
	tables, err := entry.Discover(ctx, &registry.Env{Place: registry.Place{Root: root}, Lake: lake, Places: p.config.places})
	if err != nil {
		return err
	}
	all, err := tables.Browse(ctx)
	if err != nil {
		return err
	}
	p.tell(tables.Notes)
	return p.printCatalog(all)
}

func (p *program) printCatalog(tables []pipeline.CatalogTable) error {
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

// lakeTable is a table of a lake without a catalog, as it is listed.
type lakeTable struct {
	Table   string          `json:"table"`
	Zone    string          `json:"zone"`
	Origin  pipeline.Origin `json:"origin,omitempty"`
	Files   int             `json:"files"`
	Bytes   int64           `json:"bytes"`
	Path    string          `json:"path"`
	Updated *time.Time      `json:"updated,omitempty"`
	Missing bool            `json:"missing,omitempty"`
}

// listLakeTables lists the tables of a lake that no catalog describes.
func (p *program) listLakeTables(ctx context.Context) (err error) {
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	view, err := survey.Lake(ctx, o.runner(p.config.demo))
	if err != nil {
		return err
	}
	tables := make([]lakeTable, len(view.Tables))
	rows := [][]string{{"TABLE", "ZONE", "BUILT BY", "FILES", "BYTES", "CHANGED", "PATH"}}
	for i, v := range view.Tables {
		t := lakeTable{Table: v.Table, Zone: v.Zone, Origin: v.Origin, Files: v.Files, Bytes: v.Bytes, Path: o.lake.Table(v.Table).Path, Missing: v.Missing}
		changed := ""
		if !v.Changed.IsZero() {
			utc := v.Changed.UTC()
			t.Updated, changed = &utc, utc.Format(time.DateTime)
		}
		tables[i] = t
		rows = append(rows, []string{t.Table, t.Zone, builtBy(t), fmt.Sprint(t.Files), thousands(t.Bytes), changed, printable.Text(t.Path)})
	}
	if p.config.output != "text" {
		return p.encode(tables)
	}
	return printTable(p.out, rows, 3, 4)
}

// builtBy says for people who built a table.
func builtBy(t lakeTable) string {
	switch {
	case t.Missing && t.Zone == pipeline.Landing:
		return "no file"
	case t.Missing:
		return "not built"
	case t.Origin == pipeline.Managed:
		return "stedi"
	default:
		return t.Origin.Note()
	}
}
