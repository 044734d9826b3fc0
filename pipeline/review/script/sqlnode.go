package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// sqlQuery is a call of Studio's sparkSqlQuery(glueContext, query, mapping, …).
func (e *evaluator) sqlQuery(a *callArgs) value {
	query, ok := a.arg("query", 1).(text)
	mapping, isDict := a.arg("mapping", 2).(*dict)
	if !ok || !isDict {
		return e.lost(a.line, "the SQL or the inputs of the node are not known", a.frames()...)
	}
	n := Node{Kind: SQLNode, Line: a.line, API: "sparkSqlQuery", SQL: query.s, SQLLine: query.line}
	for i, view := range mapping.keys {
		in := e.asFrame(mapping.values[i], a.line)
		n.Inputs = append(n.Inputs, in)
		n.Views = append(n.Views, View{view, in})
	}
	if q, err := sparksql.Parse(query.s); err == nil {
		for _, t := range sparksql.Tables(q) {
			if t.Schema != "" { // Glue sees the catalog, too
				e.catalogView(&n, t)
			}
		}
	}
	f := e.sqlNode(n)
	f.dynamic = true
	return f
}

// catalogView adds a table of the catalog to the inputs of an SQL node, under
// its name with the database.
func (e *evaluator) catalogView(n *Node, t *sparksql.TableRef) {
	full := strings.TrimPrefix(t.Schema+"."+t.Name, ".")
	f, _ := e.table(full, &callArgs{line: n.Line, api: n.API}).(frame)
	n.Inputs = append(n.Inputs, f.node)
	n.Views = append(n.Views, View{full, f.node})
}

// harmlessSQL are statements that neither read nor write rows.
var harmlessSQL = regexp.MustCompile(`(?i)^\s*(use|set|show|describe|desc|refresh|msck|create\s+(database|schema)|drop|alter)\b`)

var (
	asView        = regexp.MustCompile("(?is)^\\s*create\\s+(?:or\\s+replace\\s+)?(?:global\\s+)?temp(?:orary)?\\s+view\\s+(?:if\\s+not\\s+exists\\s+)?([\\w`]+)\\s+as\\s+(.*)$")
	asTable       = regexp.MustCompile("(?is)^\\s*(create\\s+(?:or\\s+replace\\s+)?table|insert\\s+(?:into|overwrite))\\s+(?:table\\s+)?(?:if\\s+not\\s+exists\\s+)?([\\w.`-]+)(\\s.*?)?\\b((?:select|with)\\s.*)$")
	declaresTable = regexp.MustCompile(`(?is)^\s*create\s+(?:external\s+)?table\b`)
	hasSelect     = regexp.MustCompile(`(?i)\bselect\b`)
	sqlLocation   = regexp.MustCompile(`(?is)\b(?:location|path)\s*=?\s*['"]([^'"]+)['"]`)
	sqlFormat     = regexp.MustCompile(`(?is)\b(?:using|stored\s+as)\s+(\w+)`)
)

// lineOf counts the lines before a part of a text.
func lineOf(s, part string) int { return strings.Count(s[:len(s)-len(part)], "\n") }

// sqlSink is CREATE TABLE … AS SELECT and INSERT … SELECT.
func (e *evaluator) sqlSink(m []string, query text, a *callArgs) {
	words := strings.Fields(strings.ToUpper(m[1]))
	s := &Sink{Line: a.line, API: "spark.sql " + words[0], Input: -1}
	s.Table = strings.ReplaceAll(m[2], "`", "")
	if db, t, ok := strings.Cut(s.Table, "."); ok {
		s.Database, s.Table = db, t
	}
	if l := sqlLocation.FindStringSubmatch(m[3]); l != nil {
		s.Path = l[1]
	}
	if f := sqlFormat.FindStringSubmatch(m[3]); f != nil {
		s.Format = strings.ToLower(f[1])
	}
	if s.Mode = "append"; words[len(words)-1] != "INTO" {
		s.Mode = "overwrite"
	}
	if f, ok := e.sparkSQL(text{m[4], query.line + lineOf(query.s, m[4])}, a).(frame); ok {
		s.Input = f.node
	}
	e.sink(s)
}

// sparkSQL is spark.sql: it sees the views that the script has made, and the
// tables of the catalog.
func (e *evaluator) sparkSQL(query text, a *callArgs) value {
	if harmlessSQL.MatchString(query.s) {
		return unknown{"sql"}
	}
	if m := asView.FindStringSubmatch(query.s); m != nil {
		if f, ok := e.sparkSQL(text{m[2], query.line + lineOf(query.s, m[2])}, a).(frame); ok {
			e.views[strings.ToLower(strings.Trim(m[1], "`"))] = f.node
		}
		return unknown{"sql"}
	}
	if m := asTable.FindStringSubmatch(query.s); m != nil {
		e.sqlSink(m, query, a)
		return unknown{"sql"}
	}
	if declaresTable.MatchString(query.s) && !hasSelect.MatchString(query.s) {
		return unknown{"sql"} // a table of files that are there
	}
	n := Node{Kind: SQLNode, Line: a.line, API: "spark.sql", SQL: query.s, SQLLine: query.line}
	q, err := sparksql.Parse(query.s)
	if err == nil {
		for _, t := range sparksql.Tables(q) {
			in, isView := e.views[strings.ToLower(t.Name)]
			if !isView || t.Schema != "" {
				e.catalogView(&n, t)
				continue
			}
			n.Inputs = append(n.Inputs, in)
			n.Views = append(n.Views, View{t.Name, in})
		}
	} else {
		for _, in := range e.views {
			n.Inputs = append(n.Inputs, in)
		}
		if first := strings.ToUpper(strings.Fields(query.s + " ?")[0]); first == "INSERT" || first == "CREATE" || first == "MERGE" {
			e.problem(a.line, first+" in spark.sql is not understood")
		}
	}
	return e.sqlNode(n)
}

func (e *evaluator) sqlNode(n Node) frame {
	q, err := sparksql.Parse(n.SQL)
	n.Query = q
	if err != nil {
		n.Query = nil
	}
	at := e.node(n)
	if err != nil {
		line, what := n.SQLLine, err.Error()
		if s, ok := errors.AsType[*sparksql.Error](err); ok {
			line, what = n.SQLLine+s.Line-1, s.Text
		}
		e.waiting = append(e.waiting, Problem{e.s.Name, line, fmt.Sprintf("the SQL is not understood: %s", what), at})
	}
	return frame{node: at}
}

// sparkAggregate is a call of Studio's aggregation.
func (e *evaluator) sparkAggregate(a *callArgs) value {
	in := e.asFrame(a.arg("parentFrame", 1), a.line)
	n := Node{Kind: Aggregate, Line: a.line, API: "sparkAggregate", Inputs: []int{in}}
	groups, ok := texts(a.arg("groups", 2))
	aggregates, isList := a.arg("aggs", 3).(*list)
	if !ok || !isList {
		return e.lost(a.line, "the aggregation is not understood", in)
	}
	for _, g := range groups {
		c := sqlColumn(g, a.line, -1)
		n.Groups = append(n.Groups, c)
		n.Items = append(n.Items, sparksql.Item{Expr: c})
	}
	for _, item := range aggregates.items {
		pair, ok := texts(item)
		if !ok || len(pair) != 2 {
			return e.lost(a.line, "the aggregation is not understood", in)
		}
		call := &sparksql.Call{Name: strings.ToLower(pair[1]), Args: []sparksql.Expr{sqlColumn(pair[0], a.line, -1)}}
		if call.Name == "countdistinct" {
			call.Name, call.Distinct = "count", true
		}
		n.Items = append(n.Items, sparksql.Item{Expr: call, Alias: pair[1] + "(" + pair[0] + ")"})
	}
	return frame{e.node(n), true}
}
