package query

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
)

// wanted is what is asked of a text.
type wanted int

const (
	wantRows     wanted = iota
	wantPlan            // EXPLAIN: how DuckDB would run it
	wantMeasured        // EXPLAIN ANALYZE: it runs, and each step is measured
)

// wantedOf takes EXPLAIN and ANALYZE off the start of a text. Spaces take their
// place, so that positions stay. The rest has to pass the gate like any query.
func wantedOf(sql string) (string, wanted) {
	rest, ok := withoutWord(sql, "EXPLAIN")
	if !ok {
		return sql, wantRows
	}
	if measured, ok := withoutWord(rest, "ANALYZE"); ok {
		return measured, wantMeasured
	}
	return rest, wantPlan
}

// withoutWord replaces the first word of a text by spaces, if it is the given one.
func withoutWord(sql, first string) (string, bool) {
	at := 0
	for at < len(sql) && blank(sql[at:at+1]) || strings.HasPrefix(sql[at:], "--") || strings.HasPrefix(sql[at:], "/*") {
		at += duckdb.Quoted(sql[at:])
	}
	end := at + len(first)
	if end > len(sql) || !strings.EqualFold(sql[at:end], first) || at+word(sql[at:]) != end || end < len(sql) && isNamePart(sql[end]) {
		return sql, false
	}
	return sql[:at] + strings.Repeat(" ", len(first)) + sql[end:], true
}

// withOptions refuses EXPLAIN (FORMAT JSON) and the like: the plan has one form.
func withOptions(sql string, as wanted) error {
	if as == wantRows {
		return nil
	}
	at := len(sql) - len(strings.TrimLeft(sql, " \t\r\n"))
	inner, ok := strings.CutPrefix(sql[at:], "(")
	if !ok {
		return nil
	}
	for _, option := range []string{"ANALYZE", "ANALYSE", "FORMAT", "VERBOSE", "COSTS", "OUTPUT"} {
		if _, found := withoutWord(inner, option); found {
			return refuse(sql, at, "Write EXPLAIN SELECT …, or EXPLAIN ANALYZE SELECT …, which runs it and measures the steps.", "EXPLAIN takes no options here")
		}
	}
	return nil
}

func isNamePart(b byte) bool { return b >= '0' && b <= '9' || b == '$' || b >= 0x80 }

// planStep is a step of a plan in DuckDB's JSON: of EXPLAIN, or of its profile.
type planStep struct {
	Name     string         `json:"name"`
	Operator string         `json:"operator_name"`
	Rows     *int64         `json:"operator_cardinality"`
	Seconds  *float64       `json:"operator_timing"`
	Info     map[string]any `json:"extra_info"`
	Children []planStep     `json:"children"`
}

func readPlan(text string, as wanted) (steps []planStep, err error) {
	if as == wantPlan {
		err = json.Unmarshal([]byte(text), &steps)
		return steps, err
	}
	var root planStep // the query; below it is EXPLAIN ANALYZE itself
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return nil, err
	}
	for _, s := range root.Children {
		steps = append(steps, s.Children...)
	}
	return steps, nil
}

// planColumns are the columns of a plan, which is drawn as a tree.
func planColumns(as wanted) []pipeline.ResultColumn {
	columns := []pipeline.ResultColumn{{Name: "step", Type: "VARCHAR"}}
	if as == wantMeasured {
		columns = append(columns, pipeline.ResultColumn{Name: "rows", Type: "BIGINT"}, pipeline.ResultColumn{Name: "seconds", Type: "DOUBLE"})
	}
	return append(columns, pipeline.ResultColumn{Name: "estimated_rows", Type: "BIGINT"}, pipeline.ResultColumn{Name: "details", Type: "VARCHAR"})
}

// planRows draws steps as a tree: a row for each step, its inputs below it.
func planRows(steps []planStep, as wanted, tables []string) (rows [][]any) {
	var draw func(s planStep, first, below string)
	draw = func(s planStep, first, below string) {
		row := []any{first + named(strings.TrimSpace(cmp.Or(s.Name, s.Operator)), tables)}
		if as == wantMeasured {
			row = append(row, optional(s.Rows), optional(s.Seconds))
		}
		rows = append(rows, append(row, estimateOf(s), detailsOf(s.Info)))
		for i, child := range s.Children {
			if i == len(s.Children)-1 {
				draw(child, below+"└─ ", below+"   ")
			} else {
				draw(child, below+"├─ ", below+"│  ")
			}
		}
	}
	for _, s := range steps {
		draw(s, "", "")
	}
	return rows
}

// named replaces the function that reads a table by the name of the table.
func named(step string, tables []string) string {
	for _, table := range tables {
		if strings.EqualFold(step, duckdb.ScanOf(table)) {
			return "READ " + table
		}
	}
	return step
}

func optional[T any](value *T) any {
	if value == nil {
		return nil
	}
	return *value
}

// estimate is the field of a step with the rows that DuckDB expects.
const estimate = "Estimated Cardinality"

// estimateOf returns the rows that DuckDB expects of a step. A step that keeps
// all rows has no field of its own.
func estimateOf(s planStep) any {
	text, _ := s.Info[estimate].(string)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	switch strings.TrimSpace(cmp.Or(s.Name, s.Operator)) {
	case "ORDER_BY", "PROJECTION", "WINDOW", "STREAMING_WINDOW":
		if len(s.Children) == 1 {
			return estimateOf(s.Children[0])
		}
	}
	return nil
}

// detailsOf lists the other fields in one line.
func detailsOf(info map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(info)) {
		if name == estimate || name == "Function" { // the step names it
			continue
		}
		text := ""
		switch v := info[name].(type) {
		case string:
			text = known(v)
		case []any:
			var all []string
			for _, item := range v {
				if item := known(fmt.Sprint(item)); item != "" {
					all = append(all, item)
				}
			}
			text = strings.Join(all, ", ")
		default:
			text = fmt.Sprint(v)
		}
		if text != "" {
			parts = append(parts, name+": "+text)
		}
	}
	return strings.Join(parts, "; ")
}

// schema is how DuckDB qualifies the views of a query.
var schema = regexp.MustCompile(`"?\btemp"?\."?main"?\.`)

// known returns a detail with the names of the lake: without the schema of the
// views, and without the column that DuckDB reads to count rows. The name of that
// column is the only one that the program has given.
func known(detail string) string {
	detail = schema.ReplaceAllString(strings.Join(strings.Fields(detail), " "), "")
	if duckdb.IsCounting(detail) {
		return ""
	}
	return detail
}

// readWhole reads the plan, which the child answers as one text, and draws it.
func (r *Rows) readWhole(ctx context.Context, as wanted, tables []string) error {
	var text strings.Builder
	for {
		page, err := r.next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for _, row := range page {
			if part, ok := row[len(row)-1].(string); ok {
				text.WriteString(part)
			}
		}
	}
	steps, err := readPlan(text.String(), as)
	if err != nil {
		return pipeline.Fail(pipeline.BadEngine, "", "", "DuckDB's plan cannot be read: %w", err)
	}
	r.columns, r.plan, r.isPlan = planColumns(as), planRows(steps, as, tables), true
	return nil
}
