// Package sqlquote writes names and texts as SQL. It is the only place that
// does: what it returns cannot end the place where it stands.
package sqlquote

import (
	"strings"
	"text/template"
)

// Dialect is how names and texts are quoted.
type Dialect struct {
	mark      string // around a name
	backslash bool   // escapes a character in a text
}

var (
	// ANSI is the dialect of DuckDB, of Athena's queries and of Spark as this
	// program starts it.
	ANSI = Dialect{mark: `"`}
	// Hive is the dialect of Athena's DDL and of Spark's schemas.
	Hive = Dialect{mark: "`", backslash: true}
)

// Name quotes an identifier. DuckDB accepts no empty name and none with a NUL.
func (d Dialect) Name(name string) string {
	return d.mark + strings.ReplaceAll(name, d.mark, d.mark+d.mark) + d.mark
}

var backslashes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`)

// Text quotes a string. An ANSI query cannot hold a NUL: there, a text with one
// becomes an expression in parentheses.
func (d Dialect) Text(text string) string {
	if d.backslash {
		return "'" + backslashes.Replace(text) + "'"
	}
	parts := strings.Split(text, "\x00")
	for i, part := range parts {
		parts[i] = "'" + strings.ReplaceAll(part, "'", "''") + "'"
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")"
}

// Functions are name and text, for templates of SQL.
func (d Dialect) Functions() template.FuncMap {
	return template.FuncMap{"name": d.Name, "text": d.Text}
}
