package awstest

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// outputOf is the URL that Athena gives for the result of a query.
func (a *Athena) outputOf(e *execution, in request) string {
	folder := a.location
	if in.ResultConfiguration != nil && !a.enforced {
		folder = in.ResultConfiguration.OutputLocation
	}
	if a.managed || folder == "" {
		return ""
	}
	folder = strings.TrimSuffix(folder, "/") + "/"
	word, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(e.sql)), " ")
	switch word {
	case "CREATE":
		return folder + "tables/" + e.id
	case "INSERT":
		return folder + e.id
	case "SHOW", "DESCRIBE":
		return folder + e.id + ".txt"
	default:
		return folder + e.id + ".csv"
	}
}

// write puts the files of a query into its folder. A query of a place that cannot
// be written to succeeds, too.
func (a *Athena) write(ctx context.Context, e *execution) {
	if e.output == "" {
		return
	}
	files := []string{e.output, e.output + ".metadata"}
	if path.Ext(e.output) == "" {
		files = []string{e.output + "-manifest.csv", e.output + ".metadata"}
	}
	for _, file := range files {
		bucket, key := s3Key(file)
		_, _ = a.s3.Client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")}) // as the comment says
	}
}

// advice is the sentence that follows the reason of a statement that writes.
func (e *execution) advice() string {
	if e.output == "" || path.Ext(e.output) != "" {
		return ""
	}
	if strings.Contains(e.output, "/tables/") {
		return ". You may need to manually clean the data at location '" + e.output + "' before retrying. Athena will not delete data in your account."
	}
	return ". If a data manifest file was generated at '" + e.output + "-manifest.csv', you may need to manually clean the data from locations specified in the manifest. Athena will not delete data in your account."
}

// results returns a page of an execution's result, like GetQueryResults.
func (a *Athena) results(id, after string, most int) (any, error) {
	e, err := a.find(id)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := e.unread(); err != nil {
		return nil, err
	}
	if most <= 0 || most > 1000 {
		most = 1000
	}
	from := 0
	if after != "" {
		if _, err := fmt.Sscanf(after, "row-%d", &from); err != nil {
			return nil, invalidRequest("INVALID_INPUT", "Malformed nextPageToken "+after)
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

// unread is the refusal to read a query's result, or nil if it has one.
func (e *execution) unread() error {
	switch e.state {
	case "SUCCEEDED":
		return nil
	case "CANCELLED":
		return invalidRequest("RESULT_NOT_FOUND", "Could not find results")
	case "FAILED":
		return invalidRequest("INVALID_QUERY_EXECUTION_STATE", "Query did not finish successfully. Final query state: FAILED")
	default:
		return invalidRequest("INVALID_QUERY_EXECUTION_STATE", "Query has not yet finished. Current state: "+e.state)
	}
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
