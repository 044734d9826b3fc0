package duckdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline"
)

// sessionNames are unquoted names that DuckDB reads as session values if there
// is no such column: SELECT user returns 'duckdb' in every row. sql/session.sql
// turns them into errors. A column of such a name can still be read.
var sessionNames = []string{"user", "current_user", "session_user", "current_role", "current_catalog", "current_schema"}

// clockNames are standard SQL without quotes. In double quotes they are column
// names, but DuckDB reads them as the current time if there is no such column.
var clockNames = []string{"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}

// SessionName is the Type of a QueryError about a name that is not a column,
// and that DuckDB would replace by a session value.
const SessionName = "Session name"

// SessionNameFix is the fix for such an error.
const SessionNameFix = "Qualify the column with its table, such as a.user."

var hidden = regexp.MustCompile(`(?i)^(?:Binder Error: )?Macro (\w+)\(\) does not support the supplied arguments`)

// sessionError replaces DuckDB's error about a hidden function by an error
// about the name. serialized is the statement's tree.
func sessionError(message string, serialized any) *QueryError {
	m := hidden.FindStringSubmatch(message)
	if m == nil || !slices.Contains(sessionNames, strings.ToLower(m[1])) {
		return nil
	}
	name, at := strings.ToLower(m[1]), -1
	for _, ref := range bareNames(serialized) {
		if strings.EqualFold(ref.name, name) {
			at = int(ref.location)
			break
		}
	}
	return notColumn(name, at)
}

func notColumn(name string, at int) *QueryError {
	return &QueryError{
		Type: SessionName, Position: at,
		Message: fmt.Sprintf("%s is not a column of these tables; DuckDB would return a value of its own for it in every row", name),
	}
}

// QuotedClock returns an error for a name in double quotes, such as
// "current_date", that is neither a column of the tables nor an alias of the
// text.
func QuotedClock(serialized any, text string, columns []pipeline.Column) *QueryError {
	var aliases map[string]bool
	for _, ref := range bareNames(serialized) {
		name := strings.ToLower(ref.name)
		if !slices.Contains(clockNames, name) || ref.location < 0 || ref.location >= int64(len(text)) || text[ref.location] != '"' {
			continue
		}
		if slices.ContainsFunc(columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, name) }) {
			continue
		}
		if aliases == nil {
			aliases = aliasesOf(serialized)
		}
		if !aliases[name] {
			return notColumn(`"`+name+`"`, int(ref.location))
		}
	}
	return nil
}

// bareNames returns the references of one word, in the order of the text.
func bareNames(serialized any) []tableRef {
	var refs []tableRef
	walk(serialized, func(node map[string]any) {
		names, _ := node["column_names"].([]any)
		if node["class"] != "COLUMN_REF" || len(names) != 1 {
			return
		}
		name, _ := names[0].(string)
		location := int64(-1)
		if number, ok := node["query_location"].(json.Number); ok {
			if n, err := number.Int64(); err == nil {
				location = n
			}
		}
		refs = append(refs, tableRef{name, location})
	})
	slices.SortStableFunc(refs, func(a, b tableRef) int { return cmp.Compare(a.location, b.location) })
	return refs
}

// aliasesOf returns the aliases of columns and tables in a text, in lower case.
func aliasesOf(serialized any) map[string]bool {
	found := map[string]bool{}
	walk(serialized, func(node map[string]any) {
		names, _ := node["column_names"].([]any)
		if alias, ok := node["alias"].(string); ok && (len(names) != 1 || names[0] != alias) {
			found[strings.ToLower(alias)] = true
		}
		for _, field := range []string{"column_name_alias", "aliases"} {
			names, _ := node[field].([]any)
			for _, name := range names {
				if alias, ok := name.(string); ok {
					found[strings.ToLower(alias)] = true
				}
			}
		}
	})
	return found
}

// parsedTree decodes the output of json_serialize_sql.
func parsedTree(serialized string) (tree any) {
	if DecodeTree([]byte(serialized), &tree) != nil {
		return nil
	}
	return tree
}

// named replaces an error about a hidden function by one about the name.
func (p *Parsed) named(err error) error {
	fault, ok := errors.AsType[*QueryError](err)
	if !ok || !hidden.MatchString(fault.Message) {
		return err
	}
	if named := sessionError(fault.Message, parsedTree(p.Tree)); named != nil {
		return named
	}
	return err
}

// quoted matches a text that may have one of clockNames in quotes.
var quoted = regexp.MustCompile(`(?i)"(?:` + strings.Join(clockNames, "|") + `)"`)

// quotedClock refuses the names that QuotedClock finds in a text of the
// definition.
func (e *Engine) quotedClock(ctx context.Context, text string) error {
	if !quoted.MatchString(text) {
		return nil
	}
	t, err := e.parse(ctx, text)
	if err != nil {
		return err
	}
	var columns []pipeline.Column
	for _, ref := range t.tables() {
		columns = append(columns, e.declared[strings.ToLower(ref.name)]...)
	}
	if found := QuotedClock(t.statements, text, columns); found != nil {
		return found.inText(text)
	}
	return nil
}

// explainPrepare converts DuckDB's error about a text to an error with its
// line.
func (e *Engine) explainPrepare(ctx context.Context, text string, err error) error {
	fault, ok := errors.AsType[*pipeline.SQLError](err)
	if ok && unknown.MatchString(fault.Message) {
		message, _, _ := strings.Cut(fault.Message, "\n")
		if use := instead(unknown, message); use != "" {
			return &pipeline.SQLError{Line: fault.Line, Message: message + use}
		}
		return err
	}
	if !ok || !hidden.MatchString(fault.Message) {
		return err
	}
	t, parseErr := e.parse(ctx, text)
	if parseErr != nil {
		return err
	}
	if named := sessionError(fault.Message, t.statements); named != nil {
		return named.inText(text)
	}
	return err
}

// inText converts the error to one about a text of the definition.
func (e *QueryError) inText(text string) error {
	line := 0
	if e.Position >= 0 {
		line = 1 + strings.Count(text[:min(e.Position, len(text))], "\n")
	}
	return &pipeline.SQLError{Line: line, Message: e.Message + ": qualify the column with its table, such as a.user"}
}
