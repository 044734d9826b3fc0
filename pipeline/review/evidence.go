package review

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"stedi/pipeline"
)

// EvidenceSchema is the schema of the list of queries, and of the JSON output of
// `stedi evidence`.
const EvidenceSchema = "stedi.evidence/1"

//go:embed evidence.toml
var evidenceList string

// EvidenceQuery is a usual query of a submission, on one table.
type EvidenceQuery struct {
	Name  string // for names of files
	Title string
	Table *pipeline.Table
	Count bool   // the number of rows; false: the first rows
	Where string // SQL condition on the rows; "": all
	Limit int64
	Items []string // ids of the rubric
}

type evidenceEntry struct {
	Name   string   `toml:"name"`
	Kind   string   `toml:"kind"`
	Title  string   `toml:"title"`
	Tables []string `toml:"tables"`
	Where  string   `toml:"where"`
	Limit  int64    `toml:"limit"`
	Items  []string `toml:"items"`
}

// Evidence returns the usual queries for the tables of a lake, in the order of
// the list.
func Evidence(lake *pipeline.Lake, rubric *Rubric) ([]EvidenceQuery, error) {
	var list struct {
		Schema  string          `toml:"schema"`
		Queries []evidenceEntry `toml:"query"`
	}
	if err := toml.NewDecoder(strings.NewReader(evidenceList)).DisallowUnknownFields().Decode(&list); err != nil {
		return nil, fmt.Errorf("evidence.toml: %w", err)
	}
	var all []EvidenceQuery
	for _, e := range list.Queries {
		for _, t := range lake.Tables {
			if len(e.Tables) > 0 && !slices.Contains(e.Tables, t.Name) {
				continue
			}
			q := EvidenceQuery{Name: t.Name + "_" + e.Name, Title: e.Title + " of " + t.Name, Table: t, Count: e.Kind == "count", Where: e.Where, Limit: e.Limit}
			for _, id := range e.Items {
				q.Items = append(q.Items, rubric.itemsOf(id, t.Name)...)
			}
			all = append(all, q)
		}
	}
	return all, nil
}

// itemsOf returns the id in reports of an item that applies to a table; none if
// it does not.
func (r *Rubric) itemsOf(id, table string) []string {
	for _, i := range r.Items {
		switch {
		case i.ID != id || i.Result == Off:
		case len(i.Tables) == 0, len(i.Tables) == 1 && i.Tables[0] == table:
			return []string{id}
		case slices.Contains(i.Tables, table):
			return []string{id + "." + table}
		}
	}
	return nil
}

// Expected returns the number of rows of the rubric for a table.
func (r *Rubric) Expected(table string) (int64, bool) {
	if t := r.table(table); t != nil && len(t.Rows) > 0 {
		return t.Rows[0], true
	}
	return 0, false
}
