package query

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
)

// The gate is an allowlist: it refuses everything that is not listed. So
// additions of a later DuckDB are refused until they are reviewed. The lists of
// functions are in functions/: the allowed ones, and the refused rest of
// DuckDB's functions.

//go:embed functions/allowed.txt
var allowedFunctions string

//go:embed functions/allowed_tables.txt
var allowedTableFunctions string

//go:embed functions/refused.txt
var refusedFunctions string

//go:embed functions/refused_tables.txt
var refusedTableFunctions string

const noFunction = "DuckDB has no function %s"

var (
	functions      = set(strings.ToLower(allowedFunctions))
	tableFunctions = set(strings.ToLower(allowedTableFunctions))
	refused        = set(strings.ToLower(refusedFunctions + refusedTableFunctions + allowedFunctions + allowedTableFunctions))

	queryNodes  = set("SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE")
	expressions = set("BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF " +
		"OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY WINDOW")
	sources = set("BASE_TABLE EMPTY EXPRESSION_LIST JOIN PIVOT SHOW_REF SUBQUERY TABLE_FUNCTION")
	details = set("ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// gate decides whether one text may run.
type gate struct {
	sql  string
	at   tables
	lake *pipeline.Lake
	used map[string]bool // tables of the lake that the text reads, in lower case
}

// scope holds the CTEs that are visible at a position, in lower case.
type scope struct {
	outer *scope
	name  string
}

func (s *scope) knows(name string) bool {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return true
		}
	}
	return false
}

// lower folds only ASCII, as DuckDB does. If it folded more, two names could be
// equal here and different in DuckDB.
func lower(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// syntaxTree is what json_serialize_sql makes of a text.
type syntaxTree struct {
	Error      bool             `json:"error"`
	Message    string           `json:"error_message"`
	Type       string           `json:"error_type"`
	Position   string           `json:"position"`
	Statements []map[string]any `json:"statements"`
}

func readTree(serialized []byte) (tree syntaxTree, err error) {
	if err := duckdb.DecodeTree(serialized, &tree); err != nil {
		return tree, fmt.Errorf("an invalid syntax tree: %w", err)
	}
	return tree, nil
}

// check judges a text by its tree, which it does not change.
func (g *gate) check(answer syntaxTree) error {
	switch {
	case answer.Error && answer.Type == "not implemented":
		return g.notSelect()
	case answer.Error:
		at, err := strconv.Atoi(answer.Position)
		if err != nil {
			at = -1
		}
		return g.misread(at, answer.Message)
	case len(answer.Statements) != 1:
		return g.notSelect()
	}
	if p, _ := answer.Statements[0]["named_param_map"].([]any); len(p) > 0 {
		return refuse(g.sql, -1, "Write the value instead.", "parameters are not supported")
	}
	node, _ := answer.Statements[0]["node"].(map[string]any)
	if node["cte_map"] == nil {
		return g.unknown(node)
	}
	if err := g.visit(node, nil); err != nil {
		return err
	}
	return g.quotedClock(node)
}

// quotedClock refuses a name such as "current_date" that is not a column.
func (g *gate) quotedClock(node map[string]any) error {
	var columns []pipeline.Column
	for name := range g.used {
		columns = append(columns, g.at.inputs[name].Table.Columns...)
	}
	if found := duckdb.QuotedClock(node, g.sql, columns); found != nil {
		return refuse(g.sql, found.Position, duckdb.SessionNameFix, "%s", found.Message)
	}
	return nil
}

func (g *gate) tablesUsed() []string {
	return sortedKeys(g.used)
}

// visit checks all nodes below v.
func (g *gate) visit(v any, known *scope) error {
	switch v := v.(type) {
	case []any:
		for _, child := range v {
			if err := g.visit(child, known); err != nil {
				return err
			}
		}
	case map[string]any:
		if kind, ok := v["type"].(string); ok {
			return g.node(kind, v, known)
		}
		return g.children(v, known)
	}
	return nil
}

// children visits the fields of an object except the named ones.
func (g *gate) children(object map[string]any, known *scope, but ...string) error {
	for _, name := range sortedKeys(object) {
		if slices.Contains(but, name) {
			continue
		}
		if err := g.visit(object[name], known); err != nil {
			return err
		}
	}
	return nil
}

// node checks an object that has a type.
func (g *gate) node(kind string, v map[string]any, known *scope) error {
	class, isExpression := v["class"].(string)
	switch {
	case v["cte_map"] != nil:
		return g.query(kind, v, known)
	case isExpression:
		return g.expression(class, v, known)
	case kind == "BASE_TABLE":
		return g.table(v, known)
	case kind == "TABLE_FUNCTION":
		return g.tableFunction(v, known)
	case kind == "SHOW_REF":
		return g.show(v, known)
	case kind == "PIVOT" && text(v, "pivot_enum") != "":
		return g.unknown(v)
	case sources[kind], details[kind], strings.HasSuffix(kind, "_TYPE_INFO"):
		return g.children(v, known)
	default:
		return g.unknown(v)
	}
}

// query checks a SELECT or a set operation. Its CTEs are visible below it, each
// to the later ones and, if it is recursive, to itself.
func (g *gate) query(kind string, v map[string]any, known *scope) error {
	if !queryNodes[kind] {
		return g.unknown(v)
	}
	if name := text(v, "cte_name"); name != "" && kind == "RECURSIVE_CTE_NODE" {
		known = &scope{known, lower(name)}
	}
	with, _ := v["cte_map"].(map[string]any)
	entries, _ := with["map"].([]any)
	for _, entry := range entries {
		e, _ := entry.(map[string]any)
		if err := g.visit(e["value"], known); err != nil {
			return err
		}
		known = &scope{known, lower(text(e, "key"))}
	}
	return g.children(v, known, "cte_map")
}

func (g *gate) expression(class string, v map[string]any, known *scope) error {
	if !expressions[class] {
		return g.unknown(v)
	}
	if class == "FUNCTION" || class == "WINDOW" {
		name := text(v, "function_name")
		if !functions[lower(name)] {
			return g.function(v, name, functions)
		}
	}
	return g.children(v, known)
}

func (g *gate) tableFunction(v map[string]any, known *scope) error {
	f, _ := v["function"].(map[string]any)
	name := text(f, "function_name")
	if text(f, "class") != "FUNCTION" || !tableFunctions[lower(name)] {
		return g.function(f, name, tableFunctions)
	}
	if err := g.children(f, known); err != nil {
		return err
	}
	return g.children(v, known, "function")
}

// The words at which DuckDB's parser stopped: the one in its message, and the
// one before, as in name REGEXP 'x'.
var (
	near   = regexp.MustCompile(`at or near "(\w+)"`)
	before = regexp.MustCompile(`\w+\s*$`)
)

// misread refuses a text that DuckDB cannot parse.
func (g *gate) misread(at int, message string) error {
	if tick := duckdb.Backtick(g.sql); tick >= 0 {
		return g.backtick(tick)
	}
	words := near.FindStringSubmatch(message)
	if at >= 0 && at <= len(g.sql) {
		words = append(words, before.FindString(g.sql[:at]))
	}
	for _, word := range words {
		if s, ok := pipeline.SubstituteFor(duckdb.Name, strings.TrimSpace(word)); ok {
			return refuse(g.sql, at, "Use "+s.Use+".", "%s", message)
		}
	}
	return refuse(g.sql, at, "", "%s", message)
}

func (g *gate) backtick(at int) error {
	return refuse(g.sql, at, "Use double quotes: "+duckdb.BacktickName(g.sql, at)+".", duckdb.BacktickMessage)
}

// function refuses a function that is not allowed.
func (g *gate) function(v map[string]any, name string, allowed map[string]bool) error {
	if tick := duckdb.Backtick(g.sql); tick >= 0 {
		return g.backtick(tick)
	}
	if s, ok := pipeline.SubstituteFor(duckdb.Name, name); ok {
		return refuse(g.sql, location(v), "Use "+s.Use+".", noFunction, name)
	}
	if !refused[lower(name)] && !strings.HasPrefix(lower(name), "stedi_") {
		fix := ""
		if near := pipeline.Nearest(name, sortedKeys(allowed)); near != "" {
			fix = "Did you mean " + near + "?"
		}
		return refuse(g.sql, location(v), fix, noFunction, name)
	}
	fix := "Functions that compute are allowed; functions that read files, inspect the machine or change state are not."
	return refuse(g.sql, location(v), fix, "the function %s is not allowed in a query", name)
}

// table checks a name in a FROM. DuckDB would open an unknown name as a file.
func (g *gate) table(v map[string]any, known *scope) error {
	name := text(v, "table_name")
	if text(v, "schema_name") != "" || text(v, "catalog_name") != "" {
		return refuse(g.sql, location(v), "Name the table alone.", "the tables of the lake have no schema: %s.%s", text(v, "schema_name"), name)
	}
	if v["at_clause"] != nil {
		return refuse(g.sql, location(v), "Leave AT out.", "the tables of the lake have one version only")
	}
	key := lower(name)
	if known.knows(key) {
		return g.children(v, known)
	}
	if _, ok := g.at.inputs[key]; ok {
		g.used[key] = true
		return g.children(v, known)
	}
	if g.lake != nil {
		for _, t := range g.lake.Tables {
			if lower(t.Name) == key {
				return noData(g.sql, location(v), t)
			}
		}
	}
	fix := "The tables are: " + strings.Join(g.at.available(), ", ") + "."
	if near := pipeline.Nearest(name, g.at.available()); near != "" {
		fix = "Did you mean " + near + "?"
	}
	return refuse(g.sql, location(v), fix, "the lake has no table %s", name)
}

// show allows DESCRIBE and SUMMARIZE of a query, which only read it.
func (g *gate) show(v map[string]any, known *scope) error {
	kind := text(v, "show_type")
	if v["query"] == nil || kind != "DESCRIBE" && kind != "SUMMARY" {
		return refuse(g.sql, -1, "The tables are: "+strings.Join(g.at.available(), ", ")+".", "SHOW is not supported")
	}
	return g.children(v, known)
}

// unknown refuses node types that were not reviewed.
func (g *gate) unknown(v map[string]any) error {
	what := text(v, "class")
	if what == "" {
		what = text(v, "type")
	}
	return refuse(g.sql, location(v), "Rewrite the query.", "this form of SQL is not supported (%s)", what)
}

// changes maps the statements that people may try to their effects.
var changes = map[string]string{
	"COPY": "writes or reads files", "EXPORT": "writes files", "IMPORT": "runs files", "ATTACH": "opens files", "DETACH": "closes databases",
	"INSTALL": "loads programs", "LOAD": "loads programs", "PRAGMA": "changes settings", "SET": "changes settings", "RESET": "changes settings",
	"CALL": "runs a procedure", "EXECUTE": "runs a statement", "PREPARE": "keeps a statement", "EXPLAIN": "stands before a SELECT, as EXPLAIN or EXPLAIN ANALYZE without options",
	"DROP": "deletes", "DELETE": "deletes", "TRUNCATE": "deletes", "INSERT": "writes", "UPDATE": "writes", "MERGE": "writes", "CREATE": "writes",
	"ALTER": "writes", "VACUUM": "writes", "CHECKPOINT": "writes", "PIVOT": "keeps a type; write FROM … PIVOT (… FOR … IN (…)) instead",
}

// notSelect refuses a text that is not one SELECT.
func (g *gate) notSelect() error {
	found := statements(g.sql)
	for _, s := range found {
		if does, ok := changes[s.word]; ok {
			return refuse(g.sql, s.at, "Write one SELECT.", "queries are read-only: %s is not allowed (it %s)", s.word, does)
		}
	}
	if len(found) > 1 {
		return refuse(g.sql, found[1].at, "Run them one after the other.", "one SELECT expected, found a second statement")
	}
	at := -1
	if len(found) == 1 {
		at = found[0].at
	}
	return refuse(g.sql, at, "Write one SELECT.", "queries are read-only: one SELECT expected")
}

func text(v map[string]any, field string) string {
	s, _ := v[field].(string)
	return s
}

// location returns the byte of the text that a node stands at, or -1.
func location(v map[string]any) int {
	number, _ := v["query_location"].(json.Number)
	at, err := strconv.Atoi(number.String())
	if err != nil {
		return -1 // absent, or the greatest uint64: unknown
	}
	return at
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
