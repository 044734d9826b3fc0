package script

import (
	"strconv"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// chosen adds a node with a condition, and the frames whose values it reads.
func (e *evaluator) chosen(of frame, n Node) value {
	n.Views = e.gatheredIn(n.Condition)
	for _, v := range n.Views {
		n.Inputs = append(n.Inputs, v.Input)
	}
	return e.derive(of, n)
}

// derive adds a node that reads one frame.
func (e *evaluator) derive(of frame, n Node) value {
	n.Inputs = append([]int{of.node}, n.Inputs...)
	return frame{e.node(n), of.dynamic && n.Kind != ToDF}
}

// dataFrameOnly are methods that a DataFrame has and a DynamicFrame has not.
var dataFrameOnly = wordSet(`dropDuplicates drop_duplicates distinct withColumn withColumnRenamed select selectExpr where groupBy groupby crossJoin
	createOrReplaceTempView createTempView registerTempTable drop dropna alias limit unionByName unionAll orderBy sort`)

// isDynamic reports whether a node is a DynamicFrame for certain.
func (e *evaluator) isDynamic(node int) bool {
	n := &e.s.Nodes[node]
	switch n.Kind {
	case SourceNode:
		return strings.HasPrefix(e.s.Sources[n.Source].API, "create_dynamic_frame")
	case JoinNode, FilterNode, DropFields, SelectFields, ApplyMapping, RenameField, FromDF:
		return true
	default:
		return false
	}
}

// frameMethod is a method of a DataFrame or a DynamicFrame.
func (e *evaluator) frameMethod(of frame, attr string, a *callArgs) value { //nolint:cyclop // one case for each method
	if of.dynamic && dataFrameOnly[attr] && e.isDynamic(of.node) {
		return frame{node: e.node(Node{Kind: Broken, Line: a.line, API: "." + attr, Inputs: []int{of.node}, Name: "a DynamicFrame has no method " + attr})}
	}
	n := Node{Line: a.line, API: "." + attr}
	switch attr {
	case "toDF":
		n.Kind = ToDF
		if v, ok := e.renamedAll(of, a); ok {
			return v
		}
		if len(a.pos) > 0 {
			return e.lost(a.line, "toDF with names is not understood", of.node)
		}
		return frame{e.node(Node{Kind: ToDF, Line: a.line, API: n.API, Inputs: []int{of.node}}), false}
	case "dropDuplicates", "drop_duplicates", "distinct":
		n.Kind = DropDuplicates
		if v := a.arg("subset", 0); v != nil {
			names, stars, ok := dropped([]value{v})
			if _, isNone := v.(none); !ok && !isNone {
				return e.lost(a.line, "the columns of "+attr+" are not known", of.node)
			}
			n.Columns, n.Names = names, stars
		}
		return e.derive(of, n)
	case "cache", "persist", "unpersist", "repartition", "coalesce", "orderBy", "sort", "sortWithinPartitions", "hint", "checkpoint", "localCheckpoint",
		"resolveChoice", "unnest":
		if attr == "resolveChoice" {
			return e.resolveChoice(of.node, a)
		}
		n.Kind = Same
		return e.derive(of, n)
	case "count", "show", "printSchema", "explain", "head", "take", "first", "schema", "isEmpty", "describe", "summary", "foreach",
		"stageThreshold", "errorsCount":
		return unknown{attr}
	case "collect", "toPandas", "toLocalIterator":
		return rows{of.node}
	case "createOrReplaceTempView", "createTempView", "registerTempTable", "createGlobalTempView", "createOrReplaceGlobalTempView":
		e.views[strings.ToLower(a.text("name", 0))] = of.node
		return none{}
	case "join", "crossJoin":
		return e.frameJoin(of, attr, a)
	case "filter", "where":
		return e.where(of, a)
	case "transform":
		if f, ok := a.arg("func", 0).(*function); ok {
			return e.invoke(f, &callArgs{at: a.at, line: a.line, pos: append([]value{of}, a.pos[min(1, len(a.pos)):]...)})
		}
	case "groupBy", "groupby":
		return e.groupBy(of, a)
	}
	if v, ok := e.columnsMethod(of, attr, a); ok {
		return v
	}
	return e.lost(a.line, "."+attr+" is not understood", append([]int{of.node}, a.frames()...)...)
}

// renamed gives columns new names, one after the other.
func (e *evaluator) renamed(of frame, names *dict, n Node) value {
	var v value = of
	for i, from := range names.keys {
		to, ok := plain(names.values[i])
		f, isFrame := v.(frame)
		if !ok || !isFrame {
			return e.lost(n.Line, "the names of withColumnsRenamed are not known", of.node)
		}
		n.Kind, n.Inputs, n.Mappings = RenameColumn, nil, []Mapping{{From: field(from), To: field(to)}}
		v = e.derive(f, n)
	}
	return v
}

// columnsMethod is a method that changes columns, or a union.
func (e *evaluator) columnsMethod(of frame, attr string, a *callArgs) (value, bool) { //nolint:cyclop // one case for each method
	n := Node{Line: a.line, API: "." + attr}
	switch attr {
	case "select", "selectExpr":
		return e.selectItems(of, attr, a), true
	case "drop":
		return e.dropColumns(of, a, n), true
	case "withColumn":
		expr, ok := a.arg("col", 1).(column)
		if !ok {
			return e.lost(a.line, "the expression of withColumn is not understood", of.node), true
		}
		n.Kind, n.Items = AddColumn, []sparksql.Item{{Expr: expr.expr, Alias: a.text("colName", 0)}}
		return e.derive(of, n), true
	case "withColumnRenamed", "rename_field":
		n.Kind, n.Mappings = RenameColumn, []Mapping{{From: field(a.text("existing", 0)), To: field(a.text("new", 1))}}
		if attr == "rename_field" {
			n.Kind = RenameField
			n.Mappings = []Mapping{{From: field(a.text("oldName", 0)), To: field(a.text("newName", 1))}}
		}
		return e.derive(of, n), true
	case "withColumnsRenamed":
		names, ok := a.arg("colsMap", 0).(*dict)
		if !ok {
			return e.lost(a.line, "the names of withColumnsRenamed are not known", of.node), true
		}
		return e.renamed(of, names, n), true
	case "alias":
		n.Kind, n.Name = Alias, a.text("alias", 0)
		return e.derive(of, n), true
	case "limit":
		count, err := strconv.ParseInt(a.text("num", 0), 10, 64)
		if err != nil {
			return e.lost(a.line, "the number of limit is not known", of.node), true
		}
		n.Kind, n.Count = Limit, count
		return e.derive(of, n), true
	case "dropna":
		return e.dropNulls(of, a), true
	case "union", "unionAll", "unionByName":
		n.Kind, n.ByName, n.Inputs = Union, attr == "unionByName", []int{e.asFrame(a.arg("other", 0), a.line)}
		return e.derive(of, n), true
	case "drop_fields":
		return e.fields(DropFields, of, a.arg("paths", 0), a), true
	case "select_fields":
		return e.fields(SelectFields, of, a.arg("paths", 0), a), true
	case "apply_mapping":
		return e.mapping(of, a.arg("mappings", 0), a), true
	}
	return nil, false
}

func (e *evaluator) dropColumns(of frame, a *callArgs, n Node) value {
	names, stars, ok := dropped(a.pos)
	if !ok {
		return e.lost(a.line, "the columns of drop are not known", of.node)
	}
	n.Kind, n.Columns, n.Names = DropColumns, names, stars
	for _, v := range a.pos {
		if c, ok := v.(column); ok {
			n.Items = append(n.Items, sparksql.Item{Expr: c.expr})
		}
	}
	if len(n.Items) != len(n.Columns) {
		n.Items = nil
	}
	return e.derive(of, n)
}

func (e *evaluator) dropNulls(of frame, a *callArgs) value {
	n := Node{Kind: DropNulls, Line: a.line, API: ".dropna", How: "any"}
	if how, ok := a.arg("how", 0).(text); ok {
		n.How = how.s
	}
	if a.named.get("thresh") != nil || len(a.pos) > 1 {
		return e.lost(a.line, "dropna with thresh is not understood", of.node)
	}
	if v := a.named.get("subset"); v != nil {
		names, ok := texts(v)
		if !ok {
			return e.lost(a.line, "the columns of dropna are not known", of.node)
		}
		n.Columns = names
	}
	return e.derive(of, n)
}

// hows are the names that Spark knows for each kind of join.
var hows = map[string]string{
	"": "inner", "inner": "inner", "left": "left", "leftouter": "left", "right": "right", "rightouter": "right", "outer": "full", "full": "full",
	"fullouter": "full", "leftsemi": "left semi", "semi": "left semi", "leftanti": "left anti", "anti": "left anti", "cross": "cross",
}

func (e *evaluator) frameJoin(of frame, attr string, a *callArgs) value {
	if of.dynamic && (a.named.get("paths1") != nil || a.named.get("keys1") != nil) {
		two := a.named.get("frame2")
		keys1, keys2 := a.named.get("paths1"), a.named.get("paths2")
		if keys1 == nil {
			keys1, keys2 = a.named.get("keys1"), a.named.get("keys2")
		}
		return e.join(a, of, two, keys1, keys2)
	}
	if of.dynamic && len(a.pos) >= 3 {
		return e.join(a, of, a.pos[2], a.pos[0], a.pos[1])
	}
	n := Node{Kind: FrameJoin, Line: a.line, API: "." + attr, Inputs: []int{e.asFrame(a.arg("other", 0), a.line)}}
	how := strings.ReplaceAll(strings.ToLower(a.text("how", 2)), "_", "")
	if attr == "crossJoin" {
		how = "cross"
	}
	kind, ok := hows[how]
	if !ok {
		return e.lost(a.line, "the kind of join is not known", of.node, n.Inputs[0])
	}
	n.How = kind
	on := a.arg("on", 1)
	if l, ok := on.(*list); ok {
		on = allOf(l)
	}
	switch v := on.(type) {
	case nil, none:
		if kind == "inner" {
			n.How = "cross"
		}
	case column:
		n.Condition = v.expr
	default:
		names, ok := texts(v)
		if !ok {
			return e.lost(a.line, "the condition of the join is not understood", of.node, n.Inputs[0])
		}
		n.Columns = names
	}
	return e.derive(of, n)
}

// allOf joins a list of conditions by AND; a list of names stays one.
func allOf(l *list) value {
	var all sparksql.Expr
	for _, item := range l.items {
		c, ok := item.(column)
		if !ok {
			return l
		}
		if all == nil {
			all = c.expr
		} else {
			all = &sparksql.Binary{Op: "and", Left: all, Right: c.expr}
		}
	}
	if all == nil {
		return none{}
	}
	return column{all}
}

func (e *evaluator) where(of frame, a *callArgs) value {
	v := a.arg("condition", 0)
	if v == nil {
		v = a.arg("f", -1)
	}
	switch v := v.(type) {
	case column:
		return e.chosen(of, Node{Kind: Where, Line: a.line, API: ".filter", Condition: v.expr})
	case text:
		expr, err := sparksql.ParseExpr(v.s)
		if err != nil {
			return e.lost(a.line, "the condition of the filter is not understood: "+err.Error(), of.node)
		}
		return e.derive(of, Node{Kind: Where, Line: a.line, API: ".filter", Condition: expr})
	case *function:
		return e.filter(of.node, v, a)
	}
	return e.lost(a.line, "the condition of the filter is not understood", of.node)
}

func (e *evaluator) selectNames(of frame, names []string, line int) value {
	n := Node{Kind: Project, Line: line, API: ".select"}
	for _, c := range names {
		n.Items = append(n.Items, itemOf(c, line))
	}
	return e.derive(of, n)
}

func itemOf(c string, line int) sparksql.Item {
	if c == "*" {
		return sparksql.Item{Expr: &sparksql.Star{Frame: -1}}
	}
	if q, ok := strings.CutSuffix(c, ".*"); ok {
		return sparksql.Item{Expr: &sparksql.Star{Qualifier: q, Frame: -1}}
	}
	return sparksql.Item{Expr: sqlColumn(c, line, -1)}
}

func (e *evaluator) selectItems(of frame, attr string, a *callArgs) value {
	n := Node{Kind: Project, Line: a.line, API: "." + attr}
	for _, v := range spread(a.pos) {
		switch v := v.(type) {
		case text:
			item := itemOf(v.s, a.line)
			if attr == "selectExpr" {
				parsed, err := sparksql.ParseItem(v.s)
				if err != nil {
					return e.lost(a.line, "the expression of selectExpr is not understood: "+err.Error(), of.node)
				}
				item = parsed
			}
			n.Items = append(n.Items, item)
		case column:
			n.Items = append(n.Items, columnItem(v))
		default:
			if names, ok := namesOf(v); ok {
				n.Items = append(n.Items, sparksql.Item{Expr: &names.star})
				continue
			}
			return e.lost(a.line, "an expression of select is not understood", of.node)
		}
	}
	return e.derive(of, n)
}

// spread takes the lists among arguments apart.
func spread(values []value) []value { return spreadIn(values, maxInside) }

func spreadIn(values []value, depth int) (all []value) {
	for _, v := range values {
		if l, ok := v.(*list); ok && depth > 0 && len(all) < maxItems {
			all = append(all, spreadIn(l.items, depth-1)...)
		} else {
			all = append(all, v)
		}
	}
	return all
}

func (e *evaluator) groupBy(of frame, a *callArgs) value {
	g := grouped{in: of.node}
	for _, v := range spread(a.pos) {
		switch v := v.(type) {
		case text:
			g.groups = append(g.groups, sqlColumn(v.s, a.line, -1))
		case column:
			g.groups = append(g.groups, v.expr)
		default:
			return e.lost(a.line, "the columns of groupBy are not known", of.node)
		}
	}
	return g
}

func (e *evaluator) groupedMethod(g grouped, attr string, a *callArgs) value {
	n := Node{Kind: Aggregate, Line: a.line, API: ".groupBy." + attr, Inputs: []int{g.in}, Groups: g.groups}
	for _, c := range g.groups {
		n.Items = append(n.Items, sparksql.Item{Expr: c})
	}
	switch attr {
	case "count":
		n.Items = append(n.Items, sparksql.Item{Expr: &sparksql.Call{Name: "count", Args: []sparksql.Expr{&sparksql.Star{Frame: -1}}}, Alias: "count"})
	case "agg":
		if d, ok := a.arg("exprs", 0).(*dict); ok {
			for i, c := range d.keys {
				fn, _ := plain(d.values[i])
				call := &sparksql.Call{Name: strings.ToLower(fn), Args: []sparksql.Expr{itemOf(c, a.line).Expr}}
				n.Items = append(n.Items, sparksql.Item{Expr: call, Alias: fn + "(" + c + ")"})
			}
			break
		}
		for _, v := range spread(a.pos) {
			c, ok := v.(column)
			if !ok {
				return e.lost(a.line, "the aggregation is not understood", g.in)
			}
			n.Items = append(n.Items, columnItem(c))
		}
	case "max", "min", "avg", "mean", "sum":
		for _, v := range spread(a.pos) {
			t, _ := v.(text)
			n.Items = append(n.Items, sparksql.Item{Expr: &sparksql.Call{Name: attr, Args: []sparksql.Expr{sqlColumn(t.s, a.line, -1)}}, Alias: attr + "(" + t.s + ")"})
		}
	default:
		return e.lost(a.line, "groupBy."+attr+" is not understood", g.in)
	}
	return frame{node: e.node(n)}
}
