package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"stedi/athena/account"
	"stedi/pipeline"
	"stedi/pipeline/sqlquote"
)

// Examine compares the database with the definition, and checks its tables like
// ExamineTables.
func (c *Catalog) Examine(ctx context.Context, lake *pipeline.Lake) ([]pipeline.Finding, error) {
	tables, err := c.ExamineTables(ctx, lake)
	return append(c.examineDeployment(ctx, lake), tables...), err
}

// ExamineTables checks every table in the database, managed or not, for settings
// that cause Athena to read wrong or missing rows.
func (c *Catalog) ExamineTables(ctx context.Context, lake *pipeline.Lake) (findings []pipeline.Finding, err error) {
	var all []types.Table
	pages := glue.NewGetTablesPaginator(c.client, &glue.GetTablesInput{DatabaseName: &c.database})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if account.Is(err, missing) {
			return findings, nil
		}
		if err != nil {
			return findings, account.Explain(err, "list the tables of the database "+c.database)
		}
		all = append(all, page.TableList...)
	}
	for _, t := range all {
		if t.StorageDescriptor == nil || aws.ToString(t.TableType) == "VIRTUAL_VIEW" {
			continue
		}
		findings = append(findings, c.examine(t, all, lake)...)
		found, err := c.examinePartitions(ctx, t)
		if err != nil {
			return findings, err
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

// examineDeployment returns the changes that a deploy would make as findings.
func (c *Catalog) examineDeployment(ctx context.Context, lake *pipeline.Lake) []pipeline.Finding {
	changes, err := c.Changes(ctx, lake)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("database "+c.database, err)}
	}
	var findings []pipeline.Finding
	for _, change := range changes {
		findings = append(findings, wrong(change.About, change.Why, "Run `stedi deploy` to fix it."))
	}
	if len(findings) == 0 {
		findings = append(findings, pipeline.Fine("database "+c.database, "it has every table as it is defined"))
	}
	return findings
}

func wrong(about, says, fix string) pipeline.Finding {
	return pipeline.Finding{About: about, Wrong: true, Says: says, Fix: fix, Kind: pipeline.BadUsage}
}

// examine checks the location and the SerDe of one table.
func (c *Catalog) examine(t types.Table, all []types.Table, lake *pipeline.Lake) []pipeline.Finding {
	var findings []pipeline.Finding
	about := c.database + "." + aws.ToString(t.Name)
	location := aws.ToString(t.StorageDescriptor.Location)
	alter := func(to string) string {
		name := sqlquote.Hive.Name(c.database) + "." + sqlquote.Hive.Name(aws.ToString(t.Name))
		return fmt.Sprintf("ALTER TABLE %s SET LOCATION %s;", name, sqlquote.Hive.Text(to))
	}
	if location != "" && !strings.HasSuffix(location, "/") {
		findings = append(findings, wrong(about, location+" has no slash at its end, so that it also means what only begins with it", alter(location+"/")))
	}
	for _, other := range all {
		if other.StorageDescriptor == nil || aws.ToString(other.Name) == aws.ToString(t.Name) {
			continue
		}
		if theirs := aws.ToString(other.StorageDescriptor.Location); location != "" && theirs != location && strings.HasPrefix(theirs, location) {
			findings = append(findings, wrong(about, fmt.Sprintf("%s also catches the files of %s, in %s", location, aws.ToString(other.Name), theirs), "Give each of them a folder of its own."))
		}
	}
	for _, known := range lake.Tables {
		folder := c.lake + "/" + known.Path + "/"
		if location != "" && strings.HasPrefix(folder, location) && folder != location && t.Parameters[ours] == "" {
			findings = append(findings, wrong(about, fmt.Sprintf("%s also catches the files of the lake's table %s", location, known.Name), "Give it a folder of its own."))
		}
	}
	return append(findings, examineSerde(about, t)...)
}

// examineSerde checks the SerDe of a table.
func examineSerde(about string, t types.Table) []pipeline.Finding {
	s := t.StorageDescriptor.SerdeInfo
	if s == nil {
		return []pipeline.Finding{wrong(about, "it has no SerDe, so that Athena cannot read it", "Make it again with ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'.")}
	}
	if aws.ToString(s.SerializationLibrary) == "org.openx.data.jsonserde.JsonSerDe" && strings.EqualFold(s.Parameters["case.insensitive"], "false") {
		for _, column := range t.StorageDescriptor.Columns {
			if s.Parameters["mapping."+aws.ToString(column.Name)] == "" {
				return []pipeline.Finding{wrong(about, "case.insensitive is false, so that keys with capitals are read as NULL", fmt.Sprintf("ALTER TABLE %s SET SERDEPROPERTIES ('case.insensitive' = 'true');", about))}
			}
		}
	}
	return nil
}

// examinePartitions reports a partitioned table without loaded partitions.
func (c *Catalog) examinePartitions(ctx context.Context, t types.Table) ([]pipeline.Finding, error) {
	if len(t.PartitionKeys) == 0 || t.Parameters["projection.enabled"] == "true" {
		return nil, nil
	}
	out, err := c.client.GetPartitions(ctx, &glue.GetPartitionsInput{DatabaseName: &c.database, TableName: t.Name, MaxResults: aws.Int32(1)})
	if err != nil {
		return nil, account.Explain(err, "look at the partitions of "+aws.ToString(t.Name))
	}
	if len(out.Partitions) > 0 {
		return nil, nil
	}
	about := c.database + "." + aws.ToString(t.Name)
	return []pipeline.Finding{wrong(about, "it is partitioned, but the catalog has no partition, so it reads as empty", "MSCK REPAIR TABLE "+about+";")}, nil
}
