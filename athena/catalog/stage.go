package catalog

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Stage makes rows that are in a folder known under a name of their own, with
// the columns of a table of the lake. One of that name that a killed run has
// left is replaced.
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
		return nil // by a try whose answer was lost
	}
	return account.Explain(err, "write the new rows of "+table.Name+" known")
}
