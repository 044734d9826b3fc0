package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Other is the zone of tables that belong to no zone of the lake.
const Other = "other"

// View is the kind of a table that is a query.
const View = "view"

// Browse returns all tables of the database, managed or not, sorted by name.
// One that is below the folder of one of the lake's tables, or beside it in
// its zone, is of that zone.
func (c *Catalog) Browse(ctx context.Context, lake *pipeline.Lake) ([]pipeline.CatalogTable, error) {
	var tables []pipeline.CatalogTable
	pages := glue.NewGetTablesPaginator(c.client, &glue.GetTablesInput{DatabaseName: &c.database})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(err, "list the tables of the database "+c.database)
		}
		for _, t := range page.TableList {
			tables = append(tables, c.browsed(t, lake))
		}
	}
	slices.SortFunc(tables, func(a, b pipeline.CatalogTable) int { return strings.Compare(a.Name, b.Name) })
	return tables, nil
}

func (c *Catalog) browsed(t types.Table, lake *pipeline.Lake) pipeline.CatalogTable {
	table := pipeline.CatalogTable{
		Name: aws.ToString(t.Name), Zone: Other, Kind: "table", Partitions: columnsOf(t.PartitionKeys),
		Updated: aws.ToTime(t.UpdateTime), Ours: t.Parameters[ours] != "",
	}
	if aws.ToString(t.TableType) == "VIRTUAL_VIEW" {
		table.Kind = View
	}
	if s := t.StorageDescriptor; s != nil {
		table.Location, table.Columns, table.Format = aws.ToString(s.Location), columnsOf(s.Columns), format(t)
	}
	if known := lake.Table(table.Name); known != nil && table.Ours {
		table.Zone = known.Zone
		return table
	}
	folder, below := strings.CutPrefix(table.Location, c.lake+"/")
	for _, known := range lake.Tables {
		if below && strings.HasPrefix(strings.TrimSuffix(folder, "/")+"/", known.Path+"/") {
			table.Zone = known.Zone
		}
	}
	return table
}

func columnsOf(columns []types.Column) []pipeline.ColumnRecord {
	var found []pipeline.ColumnRecord
	for _, c := range columns {
		found = append(found, pipeline.ColumnRecord{Name: aws.ToString(c.Name), Type: aws.ToString(c.Type)})
	}
	return found
}

// format returns the usual name of a table's format, derived from its SerDe.
func format(t types.Table) string {
	library := ""
	if s := t.StorageDescriptor.SerdeInfo; s != nil {
		library = strings.ToLower(aws.ToString(s.SerializationLibrary))
	}
	for word, name := range map[string]string{"json": "JSON", "parquet": "Parquet", "orc": "ORC", "csv": "CSV", "avro": "Avro", "regex": "text", "lazysimple": "text"} {
		if strings.Contains(library, word) {
			return name
		}
	}
	if kind := t.Parameters["classification"]; kind != "" {
		return kind
	}
	return "unknown"
}
