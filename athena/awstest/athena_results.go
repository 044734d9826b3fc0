package awstest

import (
	"fmt"
	"strings"
)

// results returns a page of an execution's result, like GetQueryResults.
func (a *Athena) results(id, after string, most int) (any, error) {
	e, err := a.find(id)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.state != "SUCCEEDED" {
		return nil, &refusal{"InvalidRequestException", "Query has not yet finished. Current state: " + e.state}
	}
	if most <= 0 || most > 1000 {
		most = 1000
	}
	from := 0
	if after != "" {
		if _, err := fmt.Sscanf(after, "row-%d", &from); err != nil {
			return nil, &refusal{"InvalidRequestException", "the token is malformed"}
		}
	}
	rows := []any{}
	if from == 0 && e.header {
		var names []any
		for _, c := range e.columns {
			names = append(names, map[string]any{"VarCharValue": c.Name})
		}
		rows = append(rows, map[string]any{"Data": names})
	}
	to := from
	for ; to < len(e.rows) && len(rows) < most; to++ {
		rows = append(rows, map[string]any{"Data": athenaRow(e.rows[to])})
	}
	var columns []any
	for _, c := range e.columns {
		columns = append(columns, athenaColumn(c))
	}
	answer := map[string]any{"ResultSet": map[string]any{"Rows": rows, "ResultSetMetadata": map[string]any{"ColumnInfo": columns}}}
	if e.update != nil {
		answer["UpdateCount"] = *e.update
	}
	if to < len(e.rows) {
		answer["NextToken"] = fmt.Sprintf("row-%d", to)
	}
	return answer, nil
}

func athenaColumn(c Column) map[string]any {
	base, rest, _ := strings.Cut(c.Type, "(")
	column := map[string]any{"Name": c.Name, "Label": c.Name, "Type": base, "Nullable": "UNKNOWN"}
	var precision, scale int
	if n, _ := fmt.Sscanf(rest, "%d,%d", &precision, &scale); n == 2 && base == "decimal" {
		column["Precision"], column["Scale"] = precision, scale
	}
	return column
}

// athenaRow formats values as Athena does: a null has no VarCharValue.
func athenaRow(values []any) []any {
	row := []any{}
	for _, v := range values {
		cell := map[string]any{}
		if v != nil {
			cell["VarCharValue"] = athenaText(v)
		}
		row = append(row, cell)
	}
	return row
}

func athenaText(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var parts []string
	for _, item := range list {
		parts = append(parts, athenaText(item))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
