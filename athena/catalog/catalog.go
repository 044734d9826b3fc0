// Package catalog manages a lake's tables in the Glue Data Catalog, where
// Athena finds them.
//
//	tables := catalog.Open(config, "stedi", "s3://bucket/prefix")
//	place, err := tables.Place(ctx, table)
//
// It changes and removes only databases and tables that carry this program's
// parameter.
package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// ours is the parameter of managed databases and tables.
const (
	ours    = "stedi.lake"
	missing = "EntityNotFoundException"
)

// Kind is the name of this catalog in a lake's authority file.
const Kind = "glue"

// Catalog is a database of the Glue Data Catalog that holds the tables of a
// lake.
type Catalog struct {
	client   *glue.Client
	database string
	lake     string // location, without a slash at the end
}

var _ pipeline.Catalog = (*Catalog)(nil)

// Open returns the catalog of the lake at a location, without checking that the
// database exists.
func Open(config aws.Config, database, location string) *Catalog {
	return &Catalog{client: glue.NewFromConfig(config), database: database, lake: strings.TrimSuffix(location, "/")}
}

// Database returns the name of the database.
func (c *Catalog) Database() string { return c.database }

// Place returns the folder and the catalog version of a table.
func (c *Catalog) Place(ctx context.Context, table *pipeline.Table) (pipeline.Place, error) {
	found, err := c.mine(ctx, table.Name)
	if err != nil {
		return pipeline.Place{}, err
	}
	return c.place(found)
}

func (c *Catalog) place(found *types.Table) (pipeline.Place, error) {
	location := aws.ToString(found.StorageDescriptor.Location)
	folder, below := strings.CutPrefix(strings.TrimSuffix(location, "/"), c.lake+"/")
	if !below || pipeline.CheckName(folder) != nil {
		return pipeline.Place{}, pipeline.Fail(pipeline.Conflict, aws.ToString(found.Name), "Run `stedi deploy` to update the catalog.",
			"the catalog locates it in %s, which is not in %s", location, c.lake)
	}
	return pipeline.Place{Folder: folder, Version: aws.ToString(found.VersionId)}, nil
}

// mine returns a managed table.
func (c *Catalog) mine(ctx context.Context, name string) (*types.Table, error) {
	found, err := c.table(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, pipeline.Fail(pipeline.BadUsage, name, "Run `stedi deploy` to create it.", "the database %s of the Glue catalog has no such table", c.database)
	case found.Parameters[ours] == "":
		return nil, c.foreign(name)
	}
	return found, nil
}

func (c *Catalog) foreign(name string) error {
	return pipeline.Fail(pipeline.Conflict, name, "Choose another database with --database, or drop that table.",
		"the database %s already has an unmanaged table of this name", c.database)
}

// table returns a table, or nil if it does not exist.
func (c *Catalog) table(ctx context.Context, name string) (*types.Table, error) {
	out, err := c.client.GetTable(ctx, &glue.GetTableInput{DatabaseName: &c.database, Name: &name})
	if account.Is(err, missing) {
		return nil, nil // no table is not an error
	}
	if err != nil {
		return nil, account.Explain(err, "look at the table "+c.database+"."+name)
	}
	if out.Table.StorageDescriptor == nil { // a view
		out.Table.StorageDescriptor = &types.StorageDescriptor{}
	}
	return out.Table, nil
}

// Move points the table at another folder. Glue compares the version, so
// exactly one of several concurrent moves succeeds.
func (c *Catalog) Move(ctx context.Context, table *pipeline.Table, from pipeline.Place, folder string) error {
	found, err := c.mine(ctx, table.Name)
	if err != nil {
		return err
	}
	changed := fmt.Errorf("the table %s.%s: %w", c.database, table.Name, pipeline.ErrChanged)
	if now, err := c.place(found); err != nil || now != from {
		return changed
	}
	input := inputOf(found)
	input.StorageDescriptor.Location = aws.String(c.lake + "/" + folder + "/")
	_, err = c.client.UpdateTable(ctx, &glue.UpdateTableInput{
		DatabaseName: &c.database, TableInput: input, VersionId: found.VersionId, SkipArchive: aws.Bool(false),
	})
	if !account.Is(err, "ConcurrentModificationException", "VersionMismatchException") {
		return account.Explain(err, "point the table "+c.database+"."+table.Name+" at its new rows")
	}
	// If the reply of a successful update was lost, Glue refuses the retry.
	if now, err := c.Place(ctx, table); err != nil || now.Folder != folder {
		return changed
	}
	return nil
}

// inputOf returns the input of an update that keeps a table as it is, without
// the statistics, which hold only for the present files.
func inputOf(t *types.Table) *types.TableInput {
	parameters := maps.Clone(t.Parameters)
	maps.DeleteFunc(parameters, func(name, _ string) bool { return slices.Contains(statistics, name) })
	storage := *t.StorageDescriptor
	owner := t.Owner
	if aws.ToString(owner) == "" {
		owner = nil // Glue refuses an empty one
	}
	return &types.TableInput{
		Name: t.Name, Description: t.Description, Owner: owner, Retention: t.Retention, StorageDescriptor: &storage,
		PartitionKeys: t.PartitionKeys, ViewOriginalText: t.ViewOriginalText, ViewExpandedText: t.ViewExpandedText,
		TableType: t.TableType, Parameters: parameters, TargetTable: t.TargetTable,
	}
}

var statistics = []string{"numRows", "numFiles", "totalSize", "rawDataSize", "recordCount", "averageRecordSize", "objectCount", "sizeKey", "STATS_GENERATED", "COLUMN_STATS_ACCURATE", "trino_query_id", "presto_query_id", "transient_lastDdlTime"}

// Drop removes a table from the catalog, but not its files. A missing table is
// not an error.
func (c *Catalog) Drop(ctx context.Context, name string) error {
	_, err := c.client.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: &c.database, Name: &name})
	if account.Is(err, missing) {
		return nil
	}
	return account.Explain(err, "drop the table "+c.database+"."+name)
}

// Fits checks that a table that Athena has just written has the columns of the
// definition.
func (c *Catalog) Fits(ctx context.Context, table *pipeline.Table, made string) error {
	found, err := c.table(ctx, made)
	if err != nil {
		return err
	}
	if found == nil {
		return pipeline.Fail(pipeline.BadEngine, table.Name, "Run again.", "the rows were written, but the catalog does not list them as %s", made)
	}
	fits := slices.EqualFunc(found.StorageDescriptor.Columns, table.Columns, func(have types.Column, want pipeline.Column) bool {
		return strings.EqualFold(aws.ToString(have.Name), want.Name) && aws.ToString(have.Type) == want.Type.String()
	})
	if !fits {
		return pipeline.Fail(pipeline.BadUsage, table.Name, "Give the columns of its SELECT the types that the embedded engine finds.",
			"audit: Athena makes other columns of its SELECT than the embedded engine; nothing is published")
	}
	return nil
}
