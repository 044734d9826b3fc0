package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Names of the checks of what a table has for columns and values.
const (
	columnsCheck  = "columns"
	personalCheck = "personal_data"
)

// findColumns finds out which columns the tables have that others built. Those
// that stedi published have the columns of their transform.
func (i *Inspection) findColumns(ctx context.Context) error {
	var tables []*pipeline.Table
	for _, t := range i.Lake.Tables {
		if origin := i.Origin(t); i.present(t) && (origin == pipeline.Unmanaged || origin == pipeline.Modified) {
			tables = append(tables, t)
		}
	}
	return each(ctx, i.Engine, tables, func(ctx context.Context, _ int, t *pipeline.Table) error {
		input, err := i.files(ctx, t)
		if err != nil {
			return err
		}
		found, err := i.columnsIn(ctx, t, input)
		if err != nil {
			return pipeline.Named(t.Name, pipeline.AsDataFailure(ctx, pipeline.Job{Table: t, Inputs: []pipeline.Input{input}}, err))
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.columns[t.Name] = found
		return nil
	})
}

// columnsIn returns the columns of a table's files. If the scan found only those
// of the definition, the first lines show their names and their order.
func (i *Inspection) columnsIn(ctx context.Context, t *pipeline.Table, input pipeline.Input) ([]ndjson.FoundColumn, error) {
	if report := i.Reports[t.Name]; !i.Engine.Capabilities().ChecksInPlace && report.HasOnlyColumns() {
		partitions := len(slices.DeleteFunc(slices.Clone(t.Columns), func(c pipeline.Column) bool { return !c.Partition }))
		return ndjson.InferFirst(ctx, input.Files, ndjson.Limits{}, len(t.Columns)-partitions)
	}
	return i.Engine.Columns(ctx, input)
}

// files is a table as an engine reads it again, though it may hold it already.
func (i *Inspection) files(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
	if input, ok := i.opened.Input(t); ok {
		return input, nil
	}
	return pipeline.Prepare(ctx, i.Engine.Capabilities().ChecksInPlace, i.Store, t, i.Files[t.Name])
}

// differences compare the columns that a table has with those of the
// definition.
type differences struct {
	extra   []ndjson.FoundColumn
	missing []pipeline.Column
	types   []string // what is expected of a column, and what was found
	moved   bool     // the columns that both have are in another order
}

func (i *Inspection) compare(t *pipeline.Table) differences {
	var d differences
	var order []int
	found := i.columns[t.Name]
	seen := make([]bool, len(t.Columns))
	for _, f := range found {
		n := slices.IndexFunc(t.Columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, f.Name) })
		if n < 0 {
			d.extra = append(d.extra, f)
			continue
		}
		if !seen[n] {
			order = append(order, n)
		}
		seen[n] = true
	}
	for n, c := range t.Columns {
		if !seen[n] && !c.Partition && len(found) > 0 {
			d.missing = append(d.missing, c)
		}
	}
	d.types = i.otherTypes(t, found)
	d.moved = !slices.IsSorted(order)
	return d
}

// otherTypes lists the columns with values that their types cannot hold.
func (i *Inspection) otherTypes(t *pipeline.Table, found []ndjson.FoundColumn) (types []string) {
	rows := map[string]int64{}
	for _, r := range i.Reports[t.Name].Rejects {
		rows[strings.ToLower(r.Field)]++
	}
	for _, c := range t.Columns {
		n := rows[strings.ToLower(c.Name)]
		at := slices.IndexFunc(found, func(f ndjson.FoundColumn) bool { return strings.EqualFold(f.Name, c.Name) })
		if at >= 0 && i.Engine.Capabilities().ChecksInPlace && family(found[at].Type) != family(c.Type.String()) {
			types = append(types, fmt.Sprintf("%s is %s instead of %s", shown(c.Name), shown(found[at].Type), c.Type))
		}
		if n > 0 && at >= 0 {
			types = append(types, fmt.Sprintf("%s is %s instead of %s in %s", shown(c.Name), found[at].Type, c.Type, pipeline.Counted(n, "row")))
		}
	}
	return types
}

// family is what types have in common whose values are the same for every
// reader.
func family(name string) string {
	base, _, _ := strings.Cut(name, "(")
	switch base {
	case "tinyint", "smallint", "int", "bigint":
		return "integer"
	case "float", "double":
		return "fraction"
	case "varchar", "char", "string":
		return "text"
	default:
		return name
	}
}

// columnsOf is the check of the columns of a table that others built; ok is
// false where there is nothing to compare.
func (i *Inspection) columnsOf(ctx context.Context, t *pipeline.Table, table *pipeline.TableRecord) (check pipeline.CheckRecord, ok bool, err error) {
	found := i.columns[t.Name]
	if len(found) == 0 {
		return check, false, nil
	}
	check = pipeline.CheckRecord{Check: columnsCheck, Table: t.Name, Severity: "warning", State: "pass", Diagnosis: []string{}}
	d := i.compare(t)
	var says []string
	for _, c := range d.missing {
		lost, err := i.lost(ctx, t, c)
		if err != nil {
			return check, true, err
		}
		if lost {
			says, check.Severity = append(says, fmt.Sprintf("%s %s is missing", shown(c.Name), c.Type)), "error"
		}
	}
	if len(d.types) > 0 {
		says, check.Severity = append(says, d.types...), "error"
	}
	for _, c := range d.extra {
		text := fmt.Sprintf("%s %s is not in the definition", shown(c.Name), c.Type)
		if by := i.forbids(t, c.Name); by != "" {
			text, check.Severity = text+" and "+by+" forbids it", "error"
		}
		says = append(says, text)
	}
	if d.moved {
		table.Notes = append(table.Notes, "columns are in another order than in the definition: "+strings.Join(names(found), ", "))
	}
	if len(says) == 0 {
		check.Severity = "error"
		return check, true, nil
	}
	check.State, check.Message = "fail", strings.Join(says, "; ")
	if len(d.extra) > 0 {
		check.Message += ". " + dropping(names(d.extra)...)
	}
	return check, true, nil
}

// lost reports whether rows of a table should have values in a column that the
// table does not have. A writer of JSON lines may leave out what is null.
func (i *Inspection) lost(ctx context.Context, t *pipeline.Table, c pipeline.Column) (bool, error) {
	for _, name := range t.Transform.Inputs {
		if len(i.Files[name]) == 0 {
			return true, nil
		}
	}
	text, err := sqlFiles.Text("absent.sql", map[string]any{"Column": c.Name, "SQL": strings.TrimRight(t.Transform.SQL, "; \t\r\n")})
	if err != nil {
		return false, err
	}
	rule := &pipeline.Check{Name: columnsCheck, Table: t.Name, Inputs: t.Transform.Inputs, SQL: text}
	inputs, err := i.inputs(ctx, rule)
	if err != nil {
		return false, err
	}
	found, err := i.Engine.Check(ctx, rule, inputs)
	return found.Rows > 0, err
}

// forbids names the check that forbids a column of a table, or "".
func (i *Inspection) forbids(t *pipeline.Table, column string) string {
	for _, c := range i.Lake.Checks {
		if c.Table == t.Name && slices.ContainsFunc(c.Forbidden, func(name string) bool { return strings.EqualFold(name, column) }) {
			return c.Name
		}
	}
	return ""
}

// asFound is a table with all columns that its files have and that can hold
// text. Those that are not in the definition are read as text, or if they are
// nested as JSON.
func (i *Inspection) asFound(t *pipeline.Table) *pipeline.Table {
	all := *t
	all.Columns = slices.Clone(t.Columns)
	for _, c := range i.compare(t).extra {
		if c.IsNested() && !i.Engine.Capabilities().ChecksInPlace {
			all.Columns = append(all.Columns, pipeline.Column{Name: c.Name, Type: ndjson.Any})
		} else if c.IsText() {
			all.Columns = append(all.Columns, pipeline.Column{Name: c.Name, Type: ndjson.String})
		}
	}
	return &all
}

// named is a table with the names of all its columns, for checks that forbid
// some.
func (i *Inspection) named(t *pipeline.Table) *pipeline.Table {
	all := *t
	all.Columns = slices.Clone(t.Columns)
	for _, c := range i.compare(t).extra {
		all.Columns = append(all.Columns, pipeline.Column{Name: shown(c.Name)})
	}
	return &all
}

func names(columns []ndjson.FoundColumn) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = shown(c.Name)
	}
	return names
}

// shown is the name of a column out of a file, bounded.
func shown(name string) string {
	if runes := []rune(name); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return name
}

// dropping says how to drop columns of a table that others build.
func dropping(names ...string) string {
	them := "it"
	if len(names) > 1 {
		them = "them"
	}
	return fmt.Sprintf("Drop %s where the table is built: leave %s out of the SELECT list, or use a Drop Fields node (Glue) or .drop(\"%s\") (Spark).",
		them, strings.Join(names, ", "), strings.Join(names, `", "`))
}

// OtherType reports whether a column has another type than it should have, in a
// way that matters to readers.
func OtherType(found, want string) bool { return family(found) != family(want) }
