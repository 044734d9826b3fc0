package replay

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

// kind is the type of a column as far as it decides comparisons.
type kind string

const (
	kText    kind = "string"
	kWhole   kind = "bigint"
	kReal    kind = "double"
	kBool    kind = "boolean"
	kDate    kind = "date"
	kTime    kind = "timestamp"
	kNull    kind = "void"
	kUnknown kind = "unknown"
)

func kindOf(t pipeline.Column) kind {
	shape := t.Type.Shape()
	switch shape.Kind {
	case ndjson.KindString, ndjson.KindVarchar, ndjson.KindChar:
		return kText
	case ndjson.KindTinyint, ndjson.KindSmallint, ndjson.KindInt, ndjson.KindBigint:
		return kWhole
	case ndjson.KindFloat, ndjson.KindDouble:
		return kReal
	case ndjson.KindBoolean:
		return kBool
	case ndjson.KindDate:
		return kDate
	case ndjson.KindTimestamp:
		return kTime
	default:
		return kUnknown
	}
}

// column is a column of a relation.
type column struct {
	name  string // as Spark has it
	sql   string // as the generated SQL has it: unique in the relation, without case
	kind  kind
	id    int      // the same as long as a step only passes it on
	quals []string // names that may stand before it
	from  string   // table of the lake, "" if computed
	field string   // name there
	// lost: how the value is computed is not understood, but it is computed row by
	// row. Nothing that decides which rows there are may depend on it.
	lost *failure
}

// lostIn returns why a column among some is not understood, or nil.
func lostIn(cols []column) error {
	for _, c := range cols {
		if c.lost != nil {
			return c.lost
		}
	}
	return nil
}

// relation is the result of a step: a CTE and those of its columns that count.
type relation struct {
	cte  string
	cols []column
	// nulls: a missing value is an explicit None for Python, as after toDF.
	nulls bool
	label string // such as "the table that FILE writes"
	// count counts the rows without making them; "" if there is no such query.
	// It reads the CTEs in reads.
	count string
	reads []string
}

func (r *relation) find(name string) []int {
	var found []int
	for i, c := range r.cols {
		if strings.EqualFold(c.name, name) {
			found = append(found, i)
		}
	}
	return found
}

// field finds a field of a DynamicFrame. Names in the same case come first:
// serialnumber of the catalog and serialNumber of a file can stand side by side.
func (r *relation) field(name string) []int {
	for i, c := range r.cols {
		if c.name == name {
			return []int{i}
		}
	}
	return r.find(name)
}

// sortedNames are the names of the columns in lower case.
func (r *relation) sortedNames() []string {
	var names []string
	for _, c := range r.cols {
		names = append(names, strings.ToLower(c.name))
	}
	slices.Sort(names)
	return names
}

func exactly(a, b string) bool { return a == b }

// collapse keeps the last of columns of the same name, as a DynamicFrame does.
func collapse(cols []column, same func(a, b string) bool) []column {
	var kept []column
	for i, c := range cols {
		if !slices.ContainsFunc(cols[i+1:], func(o column) bool { return same(o.name, c.name) }) {
			kept = append(kept, c)
		}
	}
	return kept
}

func list(prefix string, cols []column) string {
	var all []string
	for _, c := range cols {
		all = append(all, prefix+quote(c.sql))
	}
	if len(all) == 0 {
		return "1 AS nothing"
	}
	return strings.Join(all, ", ")
}

func quote(name string) string { return sqlquote.ANSI.Name(name) }

func quoteText(s string) string { return sqlquote.ANSI.Text(s) }

// builder collects the CTEs of one query.
type builder struct {
	ctes  []cte
	taken map[string]bool
	ids   int
}

type cte struct {
	name, sql string
	// once: it is computed once for all that read it.
	once bool
}

func newBuilder() *builder { return &builder{taken: map[string]bool{}} }

// add appends a CTE with a name like the given one.
func (b *builder) add(name, sql string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
	if len(name) > 40 {
		name = name[:40]
	}
	unique := name
	for i := 2; b.taken[strings.ToLower(unique)]; i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	b.taken[strings.ToLower(unique)] = true
	b.ctes = append(b.ctes, cte{name: unique, sql: sql})
	return unique
}

// id returns the identity of a new column.
func (b *builder) id() int {
	b.ids++
	return b.ids
}

// with returns the WITH of the CTEs that a relation needs, in order.
func (b *builder) with(roots ...string) string {
	needed := map[string]bool{}
	for _, r := range roots {
		needed[r] = true
	}
	for i, c := range slices.Backward(b.ctes) {
		if !needed[c.name] {
			continue
		}
		for _, other := range b.ctes[:i] {
			if !needed[other.name] && mentions(c.sql, other.name) {
				needed[other.name] = true
			}
		}
	}
	var parts []string
	for _, c := range b.ctes {
		if needed[c.name] {
			as := " AS ("
			if c.once {
				as = " AS MATERIALIZED ("
			}
			parts = append(parts, quote(c.name)+as+"\n  "+c.sql+"\n)")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "WITH " + strings.Join(parts, ",\n")
}

func mentions(sql, name string) bool {
	for i := strings.Index(sql, name); i >= 0; {
		end := i + len(name)
		if (i == 0 || !wordByte(sql[i-1])) && (end == len(sql) || !wordByte(sql[end])) {
			return true
		}
		next := strings.Index(sql[i+1:], name)
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// unique gives columns names that differ in SQL.
func unique(cols []column) []column {
	taken := map[string]bool{}
	out := slices.Clone(cols)
	for i := range out {
		base := out[i].name
		if base == "" {
			base = "column"
		}
		n := base
		for k := 2; taken[strings.ToLower(n)]; k++ {
			n = fmt.Sprintf("%s_%d", base, k)
		}
		taken[strings.ToLower(n)] = true
		out[i].sql = n
	}
	return out
}

// failure is why a script would fail or is not understood.
type failure struct {
	text  string
	line  int
	fails bool // Spark or Glue would raise; otherwise it is not understood
	file  string
	// inherited: the cause is an upstream table.
	inherited bool
	// rowwise: what is not supported computes one value of each row.
	rowwise bool
}

func (f *failure) Error() string { return f.text }

func fails(line int, format string, args ...any) *failure {
	return &failure{text: fmt.Sprintf(format, args...), line: line, fails: true}
}

func unsupported(line int, format string, args ...any) *failure {
	return &failure{text: fmt.Sprintf(format, args...), line: line}
}
