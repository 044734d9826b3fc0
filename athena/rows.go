package athena

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"stedi/athena/account"
	"stedi/athena/catalog"
	"stedi/pipeline"
)

// Querier runs read-only SQL on Athena, one query at a time.
type Querier struct {
	client *Client
	reads  func(ctx context.Context, sql string) []*pipeline.Table // nil: names are those of the catalog
	names  names
}

var _ pipeline.Querier = (*Querier)(nil)

// Querier returns a querier that uses this client.
func (c *Client) Querier() *Querier { return &Querier{client: c} }

// QuerierOf returns one for the tables that others built: reads says which tables
// of the lake a statement reads.
func (c *Client) QuerierOf(found *catalog.Found, reads func(ctx context.Context, sql string) []*pipeline.Table) *Querier {
	return &Querier{client: c, names: names{found}, reads: reads}
}

// Close does nothing: a query has ended when Query returns.
func (q *Querier) Close() error { return nil }

// Query runs a query to its end, because Athena returns no rows before that. It
// rejects a statement that is not read-only.
func (q *Querier) Query(ctx context.Context, sql string) (pipeline.Rows, error) {
	if err := readOnly(sql); err != nil {
		return nil, err
	}
	named, err := q.named(ctx, sql)
	if err != nil {
		return nil, err
	}
	expected := q.client.expected(ctx, sql)
	done, err := q.client.execute(ctx, named, newToken(), nil)
	if done != nil {
		q.client.options.Ledger.add(done, expected)
	}
	if err != nil {
		return nil, err
	}
	rows := &rows{client: q.client, expected: expected, id: done.ID, took: *done, header: headed(sql), joined: !headed(sql)}
	if err := rows.fetch(ctx); err != nil {
		q.client.discard(ctx, done)
		return nil, err
	}
	return rows, nil
}

// named is a statement with the names that the lake has for its tables.
func (q *Querier) named(ctx context.Context, sql string) (string, error) {
	if q.reads == nil || !headed(sql) {
		return sql, nil
	}
	var aliases []alias
	for _, t := range q.reads(ctx, sql) {
		if a, ok := q.names.alias(t, false); ok {
			aliases = append(aliases, a)
		}
	}
	return naming(sql, aliases)
}

// readOnly takes statements that begin as those do that only read: in Athena's
// grammar none of these can write, and a text is one statement.
func readOnly(sql string) error {
	switch word := firstWord(sql); word {
	case "SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE":
		return nil
	default:
		return pipeline.Fail(pipeline.BadUsage, "", "Ask with SELECT or WITH.", "queries are read-only, and this one begins with %.20q", word)
	}
}

// headed reports whether the first row of a result holds the column names.
func headed(sql string) bool {
	word := firstWord(sql)
	return word != "SHOW" && word != "DESCRIBE" || showFunctions.MatchString(sql)
}

// Athena answers SHOW FUNCTIONS by its SQL engine, other SHOW statements by
// Hive.
var showFunctions = regexp.MustCompile(`(?i)^\W*SHOW\s+FUNCTIONS\b`)

// firstWord returns a statement's first word after comments and parentheses.
func firstWord(sql string) string {
	for {
		sql = strings.TrimLeft(sql, " \t\r\n(")
		switch {
		case strings.HasPrefix(sql, "--"):
			_, sql, _ = strings.Cut(sql, "\n")
		case strings.HasPrefix(sql, "/*"):
			_, sql, _ = strings.Cut(sql, "*/")
		default:
			end := strings.IndexFunc(sql, func(r rune) bool { return (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' })
			if end < 0 {
				end = len(sql)
			}
			return strings.ToUpper(sql[:end])
		}
	}
}

// rows reads a result page by page.
type rows struct {
	client  *Client
	id      string
	took    Execution
	header  bool // the header row is still to be skipped
	joined  bool // a row may be one cell with its values joined by tabs
	columns []types.ColumnInfo
	page    [][]any
	next    *string
	last    bool // this is the last page
	closed  bool

	expected *pipeline.Estimate // of its usage

	err error // the error that Next returns from now on
}

const pageRows = 1000

// fetch reads the next page.
func (r *rows) fetch(ctx context.Context) error {
	out, err := r.client.api.GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: &r.id, NextToken: r.next, MaxResults: aws.Int32(pageRows)})
	if err != nil {
		return account.Explain(err, "read the result of query "+r.id)
	}
	if r.columns == nil && out.ResultSet.ResultSetMetadata != nil {
		r.columns = out.ResultSet.ResultSetMetadata.ColumnInfo
	}
	found := out.ResultSet.Rows
	if r.header && len(found) > 0 {
		found, r.header = found[1:], false
	}
	r.page = make([][]any, len(found))
	for i, row := range found {
		if r.page[i], err = r.values(row); err != nil {
			return err
		}
	}
	r.next = out.NextToken
	r.last = out.NextToken == nil
	return nil
}

func (r *rows) values(row types.Row) ([]any, error) {
	if r.joined {
		row = apart(row, len(r.columns))
	}
	values := make([]any, len(r.columns))
	for i := range values {
		if i >= len(row.Data) || row.Data[i].VarCharValue == nil {
			continue // null; an empty string is a value
		}
		v, err := value(*row.Data[i].VarCharValue, aws.ToString(r.columns[i].Type))
		if err != nil {
			return nil, pipeline.Fail(pipeline.BadEngine, "", "", "query %s: column %s holds no %s", r.id, aws.ToString(r.columns[i].Name), aws.ToString(r.columns[i].Type))
		}
		values[i] = v
	}
	return values, nil
}

// apart splits the only cell of a DESCRIBE or SHOW row, which holds the values of
// all columns joined by tabs and padded with spaces.
func apart(row types.Row, columns int) types.Row {
	if len(row.Data) != 1 || row.Data[0].VarCharValue == nil || columns < 1 {
		return row
	}
	if columns == 1 {
		return types.Row{Data: []types.Datum{{VarCharValue: aws.String(strings.TrimRight(*row.Data[0].VarCharValue, " \t"))}}}
	}
	split := types.Row{}
	for _, text := range strings.SplitN(*row.Data[0].VarCharValue, "\t", columns) {
		split.Data = append(split.Data, types.Datum{VarCharValue: aws.String(strings.TrimSpace(text))})
	}
	return split
}

// value converts a value to the matching Go type. Values of other types stay
// text as Athena formats them, so that a decimal keeps all its digits.
func value(text, kind string) (any, error) {
	switch kind {
	case "tinyint", "smallint", "integer", "int", "bigint":
		return strconv.ParseInt(text, 10, 64)
	case "float", "real", "double":
		return strconv.ParseFloat(text, 64)
	case "boolean":
		return strconv.ParseBool(text)
	default:
		return text, nil
	}
}

// Columns returns the columns of the result.
func (r *rows) Columns() []pipeline.ResultColumn {
	columns := make([]pipeline.ResultColumn, len(r.columns))
	for i, c := range r.columns {
		kind := strings.ToUpper(aws.ToString(c.Type))
		if kind == "DECIMAL" && c.Precision > 0 {
			kind = fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
		}
		columns[i] = pipeline.ResultColumn{Name: aws.ToString(c.Name), Type: kind}
	}
	return columns
}

// Usage returns the time, the scanned bytes and the cost of the query.
func (r *rows) Usage() pipeline.QueryUsage {
	return pipeline.QueryUsage{
		Queued: r.took.Queued, Ran: r.took.Ran, ScannedBytes: r.took.Scanned, CostUSD: r.took.Cost, QueryID: r.id,
		Estimate: r.expected, Session: r.client.options.Ledger.Total(),
	}
}

// Next returns the next rows, and io.EOF after the last.
func (r *rows) Next(ctx context.Context) ([][]any, error) {
	for r.err == nil && len(r.page) == 0 {
		if r.last {
			r.err = io.EOF
		} else {
			r.err = r.fetch(ctx)
		}
	}
	page := r.page
	r.page = nil
	if len(page) > 0 {
		return page, nil
	}
	return nil, r.err
}

// Close discards the rows that were not read, and deletes the result files.
func (r *rows) Close() error {
	if !r.closed {
		r.client.discard(context.Background(), &r.took)
	}
	r.page, r.last, r.closed = nil, true, true
	return nil
}

// all reads a result to its end.
func (r *rows) all(ctx context.Context) ([][]any, error) {
	var all [][]any
	for {
		page, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
}
