package athena

import (
	"slices"
	"strings"

	"stedi/athena/catalog"
	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

// alias makes a table of the catalog known to one statement under the name that
// the lake has for it.
type alias struct {
	Name            string // in the lake
	Database, Table string // in the catalog
	Columns         []aliasColumn
}

// aliasColumn is a column of an alias. With a type it is converted to it; what
// cannot be converted is NULL. A missing one is NULL in all rows.
type aliasColumn struct {
	Name    string
	Type    string // of Athena's SQL; empty: as it is
	Missing bool
}

// names are the tables of a lake as others built them, under the names that SQL
// about the lake has for them. Nil: both have the same.
type names struct{ *catalog.Found }

// table is how a statement names a table of the lake directly.
func (n names) table(t *pipeline.Table) string {
	if n.Found != nil {
		if found, ok := n.Table(t); ok {
			return sqlquote.ANSI.Name(n.Database) + "." + sqlquote.ANSI.Name(found.Name)
		}
	}
	return sqlquote.ANSI.Name(t.Name)
}

// columns are those of a table in the catalog, the types in the words of the
// definition.
func (n names) columns(t *pipeline.Table) []ndjson.FoundColumn {
	if n.Found == nil {
		return nil
	}
	found, ok := n.Table(t)
	if !ok {
		return nil
	}
	var columns []ndjson.FoundColumn
	for _, c := range slices.Concat(found.Columns, found.Partitions) {
		columns = append(columns, ndjson.FoundColumn{Name: c.Name, Type: hiveType(c.Type)})
	}
	return columns
}

// hiveType is a type of the catalog as definitions write it.
func hiveType(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), " ", "")
	switch base, _, _ := strings.Cut(name, "("); base {
	case "varchar", "char":
		return ndjson.String.String()
	case "integer":
		return ndjson.Int.String()
	default:
		return name
	}
}

// alias returns what a statement needs so that it reads a table by the lake's
// name, with all columns of the definition; ok is false if it needs nothing.
// With types, the columns also have the types of the definition.
func (n names) alias(t *pipeline.Table, types bool) (a alias, ok bool) {
	if n.Found == nil {
		return a, false
	}
	found, known := n.Table(t)
	if !known {
		return a, false
	}
	a = alias{Name: t.Name, Database: n.Database, Table: found.Name}
	columns, same := columnsOf(t, found, types)
	if !same {
		a.Columns = columns
	}
	return a, !same || !strings.EqualFold(found.Name, t.Name)
}

// columnsOf returns the columns of the definition as they are read, then the
// others that the table has; same is true if they are those of the definition.
func columnsOf(t *pipeline.Table, found pipeline.CatalogTable, types bool) (columns []aliasColumn, same bool) {
	same = true
	for _, c := range t.Columns {
		column := aliasColumn{Name: strings.ToLower(c.Name)}
		have, ok := catalog.Column(found, c.Name)
		switch {
		case !ok:
			column.Missing, column.Type, same = true, sqlType(c.Type), false
		case types && converts(have.Type, c.Type):
			column.Type, same = sqlType(c.Type), false
		}
		columns = append(columns, column)
	}
	for _, more := range [][]pipeline.ColumnRecord{found.Columns, found.Partitions} {
		for _, c := range more {
			if !hasColumn(t, c.Name) {
				columns = append(columns, aliasColumn{Name: strings.ToLower(c.Name)})
			}
		}
	}
	return columns, same
}

func hasColumn(t *pipeline.Table, name string) bool {
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return true
		}
	}
	return false
}

// sqlTypes are the names of Athena's SQL for types without parameters, which are
// other than those of its tables for some.
var sqlTypes = map[ndjson.Kind]string{
	ndjson.KindString: "varchar", ndjson.KindVarchar: "varchar", ndjson.KindChar: "varchar", ndjson.KindBoolean: "boolean",
	ndjson.KindTinyint: "tinyint", ndjson.KindSmallint: "smallint", ndjson.KindInt: "integer", ndjson.KindBigint: "bigint",
	ndjson.KindFloat: "real", ndjson.KindDouble: "double", ndjson.KindDate: "date", ndjson.KindTimestamp: "timestamp",
}

// sqlType is the name of a type in Athena's SQL, or "" for a nested one.
func sqlType(t ndjson.Type) string {
	shape := t.Shape()
	if shape.Kind == ndjson.KindDecimal {
		return t.String()
	}
	return sqlTypes[shape.Kind]
}

// simple are the types of a catalog whose values Athena converts to each other.
var simple = map[string]string{
	"string": "varchar", "varchar": "varchar", "char": "varchar", "boolean": "boolean", "tinyint": "tinyint", "smallint": "smallint",
	"int": "integer", "integer": "integer", "bigint": "bigint", "float": "real", "double": "double", "decimal": "decimal",
}

// converts reports whether a column of the catalog has another type than the
// definition says, and can be converted to it.
func converts(have string, want ndjson.Type) bool {
	base, _, _ := strings.Cut(strings.ToLower(have), "(")
	from, to := simple[strings.TrimSpace(base)], sqlType(want)
	word, _, _ := strings.Cut(to, "(")
	if from == "" || to == "" || word == "date" || word == "timestamp" {
		return false
	}
	return from != word
}

// with is the list of a WITH clause, on one line.
func with(aliases []alias) (string, error) { return sqlFiles.Text("names.sql", aliases) }

// naming puts the aliases of the tables that it reads in front of a statement,
// which keeps its lines.
func naming(sql string, aliases []alias) (string, error) {
	if len(aliases) == 0 {
		return sql, nil
	}
	list, err := with(aliases)
	if err != nil {
		return "", err
	}
	at := afterComments(sql)
	if rest := sql[at:]; firstWord(rest) == "WITH" && !strings.HasPrefix(rest, "(") {
		return sql[:at] + "WITH " + list + ", " + rest[len("WITH"):], nil
	}
	return sql[:at] + "WITH " + list + " " + sql[at:], nil
}

// afterComments is where the first word or parenthesis of a statement is.
func afterComments(sql string) int {
	at := 0
	for {
		rest := strings.TrimLeft(sql[at:], " \t\r\n")
		at = len(sql) - len(rest)
		var end int
		switch {
		case strings.HasPrefix(rest, "--"):
			end = strings.IndexByte(rest, '\n')
		case strings.HasPrefix(rest, "/*"):
			if end = strings.Index(rest, "*/"); end >= 0 {
				end++
			}
		default:
			return at
		}
		if end < 0 {
			return len(sql)
		}
		at += end + 1
	}
}
