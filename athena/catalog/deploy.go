package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/account"
	"stedi/pipeline"
	"stedi/pipeline/definition"
)

// Change is a call that updates the catalog to match the definition.
type Change struct {
	Call  string // of the Glue API
	About string // the database or the table
	Why   string
	Do    func(ctx context.Context) error
}

// Changes returns the calls that create or update the database and the lake's
// tables to match the definition. It returns an error if an unmanaged table has
// the name of one of the lake's.
func (c *Catalog) Changes(ctx context.Context, lake *pipeline.Lake) ([]Change, error) {
	var changes []Change
	_, err := c.client.GetDatabase(ctx, &glue.GetDatabaseInput{Name: &c.database})
	fresh := account.Is(err, missing)
	if err != nil && !fresh {
		return nil, account.Explain(err, "look at the database "+c.database)
	}
	if fresh {
		changes = append(changes, Change{Call: "CreateDatabase", About: c.database, Why: "it is not there", Do: c.createDatabase})
	}
	for _, t := range lake.Tables {
		change, err := c.change(ctx, t, fresh)
		if err != nil {
			return nil, err
		}
		if change != nil {
			changes = append(changes, *change)
		}
	}
	return changes, nil
}

func (c *Catalog) createDatabase(ctx context.Context) error {
	_, err := c.client.CreateDatabase(ctx, &glue.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{
		Name: &c.database, Description: aws.String("A stedi lake"), Parameters: map[string]string{ours: c.lake},
	}})
	if account.Is(err, "AlreadyExistsException") {
		return nil
	}
	return account.Explain(err, "create the database "+c.database)
}

// change returns the change for a table, or nil if it matches the definition.
func (c *Catalog) change(ctx context.Context, t *pipeline.Table, fresh bool) (*Change, error) {
	want, err := c.define(t)
	if err != nil {
		return nil, err
	}
	about := c.database + "." + t.Name
	var found *types.Table
	if !fresh {
		if found, err = c.table(ctx, t.Name); err != nil {
			return nil, err
		}
	}
	if found == nil {
		return &Change{Call: "CreateTable", About: about, Why: "it is not there", Do: func(ctx context.Context) error {
			_, err := c.client.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &c.database, TableInput: want})
			return account.Explain(err, "create the table "+about)
		}}, nil
	}
	if found.Parameters[ours] == "" {
		return nil, c.foreign(t.Name)
	}
	why := c.drift(found, want, t)
	if why == "" {
		return nil, nil // nothing to do is not an error
	}
	return &Change{Call: "UpdateTable", About: about, Why: why, Do: func(ctx context.Context) error {
		_, err := c.client.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: &c.database, TableInput: want, VersionId: found.VersionId, SkipArchive: aws.Bool(false)})
		if account.Is(err, "ConcurrentModificationException", "VersionMismatchException") {
			return pipeline.Fail(pipeline.Conflict, t.Name, "Deploy again.", "the table %s was changed by another user at the same time", about)
		}
		return account.Explain(err, "update the table "+about)
	}}, nil
}

// drift describes how a table differs from its definition, or returns "". The
// location of a derived table does not count, because each publish moves it.
func (c *Catalog) drift(found *types.Table, want *types.TableInput, t *pipeline.Table) string {
	have := found.StorageDescriptor
	if _, err := c.place(found); err == nil && !t.IsLanding() {
		want.StorageDescriptor.Location = have.Location
	}
	switch {
	case aws.ToString(have.Location) != aws.ToString(want.StorageDescriptor.Location):
		return "it is in " + aws.ToString(have.Location)
	case !slices.EqualFunc(have.Columns, want.StorageDescriptor.Columns, func(a, b types.Column) bool {
		return aws.ToString(a.Name) == aws.ToString(b.Name) && aws.ToString(a.Type) == aws.ToString(b.Type)
	}):
		return "its columns differ"
	case have.SerdeInfo == nil || aws.ToString(have.SerdeInfo.SerializationLibrary) != aws.ToString(want.StorageDescriptor.SerdeInfo.SerializationLibrary):
		return "its SerDe differs"
	case !maps.Equal(have.SerdeInfo.Parameters, want.StorageDescriptor.SerdeInfo.Parameters):
		return "its SerDe properties differ"
	}
	return ""
}

// define returns the catalog entry of a table; it equals the one that the
// table's CREATE TABLE statement gives in Athena.
func (c *Catalog) define(t *pipeline.Table) (*types.TableInput, error) {
	class, properties, err := definition.SerDe(t)
	if err != nil {
		return nil, err
	}
	for _, column := range t.Columns {
		if column.Partition {
			return nil, pipeline.Fail(pipeline.BadUsage, t.Name, "Use --engine duckdb, or put the column into the files.",
				"%s: the partition column %s is not supported on Athena and Glue", t.File, column.Name)
		}
	}
	columns := make([]types.Column, len(t.Columns))
	for i, column := range t.Columns {
		columns[i] = types.Column{Name: aws.String(strings.ToLower(column.Name)), Type: aws.String(column.Type.String())}
	}
	storage := &types.StorageDescriptor{
		Columns: columns, Location: aws.String(c.lake + "/" + t.Path + "/"),
		InputFormat:  aws.String("org.apache.hadoop.mapred.TextInputFormat"),
		OutputFormat: aws.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
		SerdeInfo:    &types.SerDeInfo{SerializationLibrary: aws.String(class), Parameters: properties},
	}
	if !t.IsLanding() {
		storage.Location = aws.String(c.lake + "/" + t.Path + "/" + unmade)
	}
	return &types.TableInput{
		Name: aws.String(t.Name), Description: aws.String(t.Doc), TableType: aws.String("EXTERNAL_TABLE"), StorageDescriptor: storage,
		Parameters: map[string]string{"EXTERNAL": "TRUE", "classification": "json", ours: c.lake},
	}, nil
}

// unmade is the folder of a derived table until its first version is published.
// No version is ever written there, so readers never see unaudited rows.
const unmade = "run=0/"

// Undeploy returns the calls that remove the lake's managed tables from the
// catalog, and the managed database if it is empty then.
func (c *Catalog) Undeploy(ctx context.Context, lake *pipeline.Lake) ([]Change, error) {
	out, err := c.client.GetDatabase(ctx, &glue.GetDatabaseInput{Name: &c.database})
	if account.Is(err, missing) {
		return nil, nil
	}
	if err != nil {
		return nil, account.Explain(err, "look at the database "+c.database)
	}
	var changes []Change
	left := false
	tables, err := c.Browse(ctx, lake)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if !t.Ours || !strings.HasPrefix(t.Location, c.lake+"/") {
			left = true
			continue
		}
		changes = append(changes, Change{Call: "DeleteTable", About: c.database + "." + t.Name, Why: "it was deployed", Do: func(ctx context.Context) error { return c.Drop(ctx, t.Name) }})
	}
	if !left && out.Database.Parameters[ours] == c.lake {
		changes = append(changes, Change{Call: "DeleteDatabase", About: c.database, Why: "it was deployed, and is empty then", Do: func(ctx context.Context) error {
			_, err := c.client.DeleteDatabase(ctx, &glue.DeleteDatabaseInput{Name: &c.database})
			return account.Explain(err, "delete the database "+c.database)
		}})
	}
	return changes, nil
}
