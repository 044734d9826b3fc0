package diagnose

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// portable makes standard SQL of queries that DuckDB has analysed.
type portable struct {
	whole    node // stedi_x // stedi_y, as a whole number
	fraction node // stedi_x / stedi_y, as a fraction; nil: the sign stays as it is
	none     node // a condition that asks for no row of a subquery
}

// portableOf returns it for the queries that are made of a transform. A division
// that the transform itself has stays as it is: what it means is up to the
// service.
func (s *session) portableOf(ctx context.Context, transform node) (p portable, err error) {
	divides := false
	walk(transform, nil, func(n node, _ route) { divides = divides || n["function_name"] == "/" })
	for _, f := range []struct {
		file string
		into *node
	}{{"whole_division.sql", &p.whole}, {"fraction.sql", &p.fraction}} {
		tree, err := s.bench.Tree(ctx, statement(f.file, fill{}))
		if err != nil {
			return p, err
		}
		*f.into = object(list(tree["select_list"])[0])
	}
	if divides {
		p.fraction = nil
	}
	tree, err := s.bench.Tree(ctx, statement("none.sql", fill{}))
	p.none = object(tree["where_clause"])
	return p, err
}

// tree is a copy of a tree in which other expressions stand for those that
// only DuckDB has. It is not ok if there is none for some.
func (p portable) tree(query node) (tree node, ok bool) {
	root := node{"root": clone(query)}
	var divisions []route
	walk(root, nil, func(n node, place route) {
		switch name := text(n["function_name"]); {
		case name == "//", name == "/" && p.fraction != nil:
			divisions = append(divisions, place)
		case n["type"] == "SELECT_NODE":
			p.antiJoin(n)
		}
	})
	// What is below comes first: its place is gone when that above is replaced.
	for _, place := range slices.Backward(divisions) {
		n := object(at(root, place))
		frame := p.whole
		if n["function_name"] == "/" {
			frame = p.fraction
		}
		operands := list(n["children"])
		if len(operands) != 2 {
			return nil, false
		}
		made := object(filled(frame, map[string]any{"stedi_x": operands[0], "stedi_y": operands[1]}))
		made["alias"] = n["alias"]
		put(root, place, made)
	}
	tree = object(root["root"])
	return tree, isStandard(tree)
}

// isStandard tells whether a tree has no clause that only DuckDB has.
func isStandard(tree node) (ok bool) {
	ok = true
	walk(tree, nil, func(n node, _ route) {
		kind := text(n["join_type"])
		ok = ok && kind != "ANTI" && kind != "SEMI" && (n["type"] != "JOIN" || n["ref_type"] == "REGULAR" || n["ref_type"] == "CROSS")
		ok = ok && len(list(n["distinct_on_targets"])) == 0 && (n["type"] != "SELECT_NODE" || n["qualify"] == nil && n["sample"] == nil)
	})
	return ok
}

// antiJoin asks for rows without a match by NOT EXISTS instead of an ANTI JOIN.
func (p portable) antiJoin(query node) {
	join := object(query["from_table"])
	if join["join_type"] != "ANTI" || object(join["condition"]) == nil {
		return
	}
	none := object(clone(p.none))
	var inner node
	walk(none, nil, func(n node, _ route) {
		if n["type"] == "SELECT_NODE" {
			inner = n
		}
	})
	inner["from_table"], inner["where_clause"] = join["right"], join["condition"]
	query["from_table"], query["where_clause"] = join["left"], both(query["where_clause"], none)
}

// filled is a copy of an expression with others in the place of some columns.
func filled(frame any, columns map[string]any) any {
	switch v := frame.(type) {
	case map[string]any:
		if names := list(v["column_names"]); len(names) == 1 {
			if other, ok := columns[text(names[0])]; ok {
				return clone(other)
			}
		}
		m := make(map[string]any, len(v))
		for key, child := range v {
			m[key] = filled(child, columns)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, child := range v {
			l[i] = filled(child, columns)
		}
		return l
	default:
		return v
	}
}

// standard are the words of DuckDB's texts that standard SQL writes in another
// way.
var standard = strings.NewReplacer("count_star()", "count(*)", " !~~ ", " NOT LIKE ", " ~~ ", " LIKE ")

// standardSQL is a text that DuckDB has made of a tree, with the words of
// standard SQL. What is quoted stays as it is.
func standardSQL(query string) string {
	var b strings.Builder
	for query != "" {
		start := strings.IndexAny(query, `'"`)
		if start < 0 {
			start = len(query)
		}
		b.WriteString(standard.Replace(query[:start]))
		query = query[start:]
		if query == "" {
			break
		}
		end := strings.IndexByte(query[1:], query[0]) + 2
		if end < 2 {
			end = len(query)
		}
		b.WriteString(query[:end])
		query = query[end:]
	}
	return b.String()
}

// sql is a tree as standard SQL; "" if there is none.
func (p portable) sql(ctx context.Context, s *session, query node) (string, error) {
	tree, ok := p.tree(query)
	if !ok {
		return "", nil
	}
	text, err := s.bench.Text(ctx, tree)
	if err != nil {
		return "", ctx.Err() // a tree that has no text is not a candidate
	}
	return standardSQL(text), nil
}

// readBy lists the tables that a query reads, in lower case, once for each
// time, also those that its CTEs read.
func readBy(tree node) []string { return readBelow(tree, tree, stages(tree)) }

func readBelow(tree node, v any, ctes map[string]route) (names []string) {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "BASE_TABLE" {
			return readAt(tree, strings.ToLower(text(v["table_name"])), ctes)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key != "cte_map" { // CTEs are read where their names are
				names = append(names, readBelow(tree, v[key], ctes)...)
			}
		}
	case []any:
		for _, child := range v {
			names = append(names, readBelow(tree, child, ctes)...)
		}
	}
	return names
}

// readAt are the tables that are read under a name. A CTE with the name of the
// table that it reads is not its own input.
func readAt(tree node, name string, ctes map[string]route) []string {
	place, ok := ctes[name]
	if !ok {
		return []string{name}
	}
	others := maps.Clone(ctes)
	delete(others, name)
	return readBelow(tree, at(tree, place), others)
}
