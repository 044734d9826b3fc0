package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline/definition"
)

// placeholder replaces an unknown S3 location of the lake.
const placeholder = "s3://BUCKET/PREFIX"

func (p *program) ddlCommand() *cobra.Command {
	var location string
	cmd := &cobra.Command{
		Use:   "ddl [TABLE…]",
		Short: "Print the Athena DDL of the tables",
		Long: "Print a CREATE EXTERNAL TABLE for each table: as in the definition for a landing table, derived from the\n" +
			"columns for a table that a transform builds. Tables are named as for run.",
		Example: "stedi ddl --location s3://bucket/prefix\nstedi ddl customer_trusted\nstedi ddl zone:landing --location s3://bucket/prefix",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.printDDL(cmd.Context(), location, args)
		},
	}
	cmd.Flags().StringVar(&location, "location", "", "S3 location of the lake, such as s3://bucket/prefix (default: --lake if it is in S3)")
	return cmd
}

// tableDDL is a statement in the format of --output json.
type tableDDL struct {
	Table     string `json:"table"`
	Zone      string `json:"zone"`
	Location  string `json:"location"`
	Statement string `json:"statement"`
}

func (p *program) printDDL(ctx context.Context, location string, names []string) (err error) {
	if location, err = p.lakeLocation(location); err != nil {
		return err
	}
	lake, err := p.loadToBuild(ctx)
	if err != nil {
		return err
	}
	p.notes(lake)
	tables, err := lake.Named(names)
	if err != nil {
		return err
	}
	var all []tableDDL
	for _, t := range tables {
		statement, err := definition.CreateTable(t, location)
		if err != nil {
			return err
		}
		all = append(all, tableDDL{t.Name, t.Zone, location + "/" + t.Path + "/", statement})
	}
	if location == placeholder {
		tryWrite(p.stderr, "note: "+placeholder+" is a placeholder; --location s3://bucket/prefix replaces it\n")
	}
	return p.writeDDL(all)
}

// lakeLocation returns the S3 location of the lake for the statements.
func (p *program) lakeLocation(flag string) (string, error) {
	switch {
	case flag != "":
		return definition.CheckS3Location(plainS3(flag))
	case strings.HasPrefix(p.config.lake, "s3://"):
		return definition.CheckS3Location(p.config.lake)
	default:
		return placeholder, nil
	}
}

func (p *program) writeDDL(all []tableDDL) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	switch p.config.output {
	case "json":
		encoder.SetIndent("", "  ")
		return encoder.Encode(all)
	case "ndjson":
		for _, t := range all {
			if err := encoder.Encode(t); err != nil {
				return err
			}
		}
		return nil
	}
	for i, t := range all {
		gap := "\n"
		if i == 0 {
			gap = ""
		}
		if _, err := fmt.Fprint(p.stdout, gap, t.Statement); err != nil {
			return err
		}
	}
	return nil
}
