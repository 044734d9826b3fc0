package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/convert"
	"stedi/pipeline/ndjson"
)

// Convert is a convert.Converter: DuckDB's own readers, in an instance of their
// own that ends with the file.
func Convert(ctx context.Context, format convert.Format, from, to string, table *pipeline.Table) (err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	query := statement("read_parquet.sql", map[string]any{"From": from, "To": to})
	if format == convert.CSV {
		columns, err := csvColumns(ctx, db, from, table)
		if err != nil {
			return clean(err)
		}
		query = statement("read_csv.sql", map[string]any{"From": from, "To": to, "Columns": columns})
	}
	_, err = db.ExecContext(ctx, query)
	return clean(err)
}

// csvColumns returns the columns of a CSV file. A column that the table has, too,
// has the table's type unless that is text.
func csvColumns(ctx context.Context, db *sql.DB, from string, table *pipeline.Table) (columns []shapeColumn, err error) {
	rows, err := db.QueryContext(ctx, statement("read_csv_head.sql", map[string]any{"From": from}))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		var ignored sql.NullString
		if err := rows.Scan(&name, &ignored, &ignored, &ignored, &ignored, &ignored); err != nil {
			return nil, err
		}
		columns = append(columns, shapeColumn{Name: name, Type: csvType(table, name)})
	}
	return columns, rows.Err()
}

// csvType says as what the text of a CSV file is read; "" is text.
func csvType(table *pipeline.Table, column string) string {
	i := slices.IndexFunc(table.Columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, column) })
	if i < 0 {
		return ""
	}
	switch table.Columns[i].Type.Shape().Kind {
	case ndjson.KindTinyint, ndjson.KindSmallint, ndjson.KindInt, ndjson.KindBigint, ndjson.KindFloat, ndjson.KindDouble:
		return "number"
	case ndjson.KindBoolean:
		return "boolean"
	case ndjson.KindArray, ndjson.KindMap, ndjson.KindStruct:
		return "nested"
	default:
		return ""
	}
}

var quotedValues = regexp.MustCompile(`(?s)(Value|value|Line|line|Original Line|CSV Line|string|Could not convert string)\s*:?\s*["'\x60].*$|\nOriginal Line.*$|\nPossible.*$`)

// clean drops from an error of DuckDB's readers what may be a value, and the
// pages of hints that follow the first line.
func clean(err error) error {
	if err == nil {
		return nil
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(quotedValues.ReplaceAllString(first, ""))
}
