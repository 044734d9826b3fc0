package duckdb

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
)

// tree is a parsed statement in the format of json_serialize_sql.
type tree struct {
	statements []any
}

// parse parses a text with DuckDB's parser. The text must be exactly one
// SELECT.
func (e *Engine) parse(ctx context.Context, text string) (*tree, error) {
	conn, err := e.session(ctx)
	if err != nil {
		return nil, err
	}
	t, err := parseOn(ctx, conn, text)
	if err == nil {
		e.parsed[text] = true
	}
	return t, err
}

func parseOn(ctx context.Context, conn *sql.Conn, text string) (*tree, error) {
	var serialized string
	if err := conn.QueryRowContext(ctx, statement("parse.sql", nil), text).Scan(&serialized); err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	var answer struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Type       string `json:"error_type"`
		Position   string `json:"position"`
		Statements []any  `json:"statements"`
	}
	if err := DecodeTree([]byte(serialized), &answer); err != nil {
		return nil, fmt.Errorf("parse: DuckDB's answer: %w", err)
	}
	if at := Backtick(text); at >= 0 {
		// DuckDB also parses `a` as an operator.
		return nil, &pipeline.SQLError{Line: 1 + strings.Count(text[:at], "\n"), Message: BacktickMessage + ": use double quotes, " + BacktickName(text, at)}
	}
	if answer.Error {
		line := 0
		if at, err := strconv.Atoi(answer.Position); err == nil {
			line = 1 + strings.Count(text[:min(at, len(text))], "\n")
		}
		if answer.Type == "not implemented" {
			answer.Message = "only a SELECT is allowed here"
		}
		return nil, &pipeline.SQLError{Line: line, Message: answer.Message + instead(near, answer.Message)}
	}
	if n := len(answer.Statements); n != 1 {
		return nil, &pipeline.SQLError{Message: fmt.Sprintf("one SELECT expected, not %d statements", n)}
	}
	castInfinity(answer.Statements)
	return &tree{statements: answer.Statements}, nil
}

// unparse converts a query node to text.
func (e *Engine) unparse(ctx context.Context, node any) (string, error) {
	conn, err := e.session(ctx)
	if err != nil {
		return "", err
	}
	return unparseOn(ctx, conn, node)
}

func unparseOn(ctx context.Context, conn *sql.Conn, node any) (string, error) {
	var b bytes.Buffer
	whole := map[string]any{"error": false, "statements": []any{map[string]any{"node": node, "named_param_map": []any{}}}}
	if err := json.NewEncoder(&b).Encode(whole); err != nil {
		return "", fmt.Errorf("unparse: %w", err)
	}
	var text string
	if err := conn.QueryRowContext(ctx, statement("unparse.sql", nil), b.String()).Scan(&text); err != nil {
		return "", fmt.Errorf("unparse: %w", err)
	}
	return text, nil
}

// Parse returns the tables and the stages of a SELECT.
func (e *Engine) Parse(ctx context.Context, text string) (pipeline.Statement, error) {
	t, err := e.parse(ctx, text)
	if err != nil {
		return pipeline.Statement{}, err
	}
	s := pipeline.Statement{Watch: map[string][]string{}, Reads: map[string][]string{}, Grows: map[string]pipeline.Growth{}, Distinct: t.isDistinct()}
	for _, c := range t.ctes() {
		s.Stages = append(s.Stages, c.name)
	}
	for _, ref := range t.tables() {
		if !slices.ContainsFunc(s.Stages, ref.is) && !slices.ContainsFunc(s.Tables, ref.is) {
			s.Tables = append(s.Tables, ref.name)
			if columns, known := t.reads(ref.name); known {
				s.Reads[strings.ToLower(ref.name)] = columns
			}
			if columns := t.watch(ref.name); len(columns) > 0 {
				s.Watch[strings.ToLower(ref.name)] = columns
			}
			if t.isSet(ref.name) {
				s.Sets = append(s.Sets, strings.ToLower(ref.name))
			}
			if growth, ok := t.grows(ref.name); ok {
				s.Grows[strings.ToLower(ref.name)] = growth
			}
		}
	}
	s.Passing, err = e.passing(ctx, t)
	return s, err
}

// root returns the node of the statement's query.
func (t *tree) root() map[string]any { return field(t.statements[0], "node") }

type cte struct {
	name         string
	aliases      []string
	node         map[string]any
	materialized bool
}

// ctes returns the CTEs of the statement in order.
func (t *tree) ctes() []cte {
	entries, _ := field(t.root(), "cte_map")["map"].([]any)
	var all []cte
	for _, entry := range entries {
		name, _ := object(entry)["key"].(string)
		value := field(entry, "value")
		var aliases []string
		given, _ := value["aliases"].([]any)
		for _, alias := range given {
			aliases = append(aliases, fmt.Sprint(alias))
		}
		how, _ := value["materialized"].(string)
		all = append(all, cte{name, aliases, field(field(value, "query"), "node"), how == "CTE_MATERIALIZE_ALWAYS"})
	}
	return all
}

type tableRef struct {
	name     string
	location int64
}

func (r tableRef) is(name string) bool { return strings.EqualFold(r.name, name) }

// tables returns every reference to a table or a CTE in the order of the text.
func (t *tree) tables() []tableRef {
	var refs []tableRef
	walk(t.statements[0], func(node map[string]any) {
		if node["type"] != "BASE_TABLE" {
			return
		}
		name, _ := node["table_name"].(string)
		number, _ := node["query_location"].(json.Number)
		location, _ := number.Int64()
		refs = append(refs, tableRef{name, location})
	})
	slices.SortStableFunc(refs, func(a, b tableRef) int { return cmp.Compare(a.location, b.location) })
	return refs
}

// rename makes the statement read tables, by name in lower case, under other
// names. Columns that are qualified by a table's name stay so.
func (t *tree) rename(others map[string]string) {
	if len(others) == 0 {
		return
	}
	walk(t.statements[0], func(node map[string]any) {
		name, _ := node["table_name"].(string)
		other, ok := others[strings.ToLower(name)]
		if node["type"] != "BASE_TABLE" || !ok {
			return
		}
		if alias, _ := node["alias"].(string); alias == "" {
			node["alias"] = name
		}
		node["table_name"] = other
	})
}

// readAs returns a SELECT that reads tables, by name in lower case, under other
// names.
func (e *Engine) readAs(ctx context.Context, text string, others map[string]string) (string, error) {
	t, err := e.parse(ctx, text)
	if err != nil {
		return "", err
	}
	t.rename(others)
	return e.unparse(ctx, t.root())
}

// uses reports whether the tree has a node of the type.
func (t *tree) uses(nodeType string) bool {
	found := false
	walk(t.statements[0], func(node map[string]any) { found = found || node["type"] == nodeType })
	return found
}

// dropDistinct removes a plain DISTINCT from the outermost SELECT. It reports
// whether there was one, without other modifiers.
func (t *tree) dropDistinct() bool {
	if !t.isDistinct() {
		return false
	}
	t.root()["modifiers"] = []any{}
	return true
}

// isDistinct reports whether a plain DISTINCT is the only modifier of the
// outermost SELECT.
func (t *tree) isDistinct() bool { return isDistinct(t.root()) }

func isDistinct(node map[string]any) bool {
	modifiers, _ := node["modifiers"].([]any)
	return len(modifiers) == 1 && object(modifiers[0])["type"] == "DISTINCT_MODIFIER" && isEmpty(object(modifiers[0])["distinct_on_targets"])
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func field(v any, name string) map[string]any { return object(object(v)[name]) }

// walk visits every object below v.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, child := range v {
			walk(child, visit)
		}
	case []any:
		for _, child := range v {
			walk(child, visit)
		}
	}
}
