package catalog

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Stage creates a table in the catalog for the rows in a folder, with the
// columns of a table of the lake. It replaces a table of that name that a
// killed run has left.
func (c *Catalog) Stage(ctx context.Context, table *pipeline.Table, name, folder string) error {
	input, err := c.define(table)
	if err != nil {
		return err
	}
	if err := c.Drop(ctx, name); err != nil {
		return err
	}
	input.Name, input.StorageDescriptor.Location = aws.String(name), aws.String(c.lake+"/"+folder+"/")
	_, err = c.client.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &c.database, TableInput: input})
	if account.Is(err, "AlreadyExistsException") {
		return nil // an earlier attempt created it and its reply was lost
	}
	return account.Explain(err, "register the new rows of "+table.Name)
}

// StageEmpty creates a table in the catalog that an INSERT INTO can write to,
// with the columns of a table of the lake. It keeps one of that name, since a
// query that a killed run started may still write to it.
func (c *Catalog) StageEmpty(ctx context.Context, table *pipeline.Table, name, folder string) error {
	input, err := c.define(table)
	if err != nil {
		return err
	}
	input.Name, input.StorageDescriptor.Location = aws.String(name), aws.String(c.lake+"/"+folder+"/")
	// Athena writes JSON only with this SerDe. The files have the same form.
	input.StorageDescriptor.SerdeInfo = &types.SerDeInfo{SerializationLibrary: aws.String("org.apache.hive.hcatalog.data.JsonSerDe")}
	_, err = c.client.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &c.database, TableInput: input})
	if account.Is(err, "AlreadyExistsException") {
		return nil
	}
	return account.Explain(err, "create the table "+c.database+"."+name+" for the new rows of "+table.Name)
}
