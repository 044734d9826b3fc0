package duckdb

import (
	"fmt"
	"regexp"
	"strings"

	driver "github.com/duckdb/duckdb-go/v2"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

// plainTypes maps types of a lake without parameters to DuckDB's types.
var plainTypes = map[ndjson.Type]driver.Type{
	ndjson.String: driver.TYPE_VARCHAR, ndjson.Boolean: driver.TYPE_BOOLEAN,
	ndjson.Tinyint: driver.TYPE_TINYINT, ndjson.Smallint: driver.TYPE_SMALLINT, ndjson.Int: driver.TYPE_INTEGER, ndjson.Bigint: driver.TYPE_BIGINT,
	ndjson.Float: driver.TYPE_FLOAT, ndjson.Double: driver.TYPE_DOUBLE, ndjson.Date: driver.TYPE_DATE, ndjson.Timestamp: driver.TYPE_TIMESTAMP,
}

// vectorType returns the type of the vectors that the reader fills for a
// column. Nested values are text.
func vectorType(t ndjson.Type) (driver.TypeInfo, error) {
	shape := t.Shape()
	if shape.Kind == ndjson.KindDecimal {
		return driver.NewDecimalInfo(uint8(shape.Precision), uint8(shape.Scale)) // at most 38
	}
	kind, ok := plainTypes[t]
	if !ok {
		kind = driver.TYPE_VARCHAR
	}
	return driver.NewTypeInfo(kind)
}

// lakeType returns the type of a lake's table for a DuckDB type; false if there
// is none.
func lakeType(info driver.TypeInfo) (ndjson.Type, bool) {
	shape, ok := shapeOf(info)
	if !ok {
		return "", false
	}
	// ParseType refuses a type that is nested too deep or has odd field names.
	t, err := ndjson.ParseType(string(shape.Type().String()))
	return t, err == nil
}

func shapeOf(info driver.TypeInfo) (s ndjson.Shape, ok bool) {
	for t, kind := range plainTypes {
		if kind == info.InternalType() {
			return t.Shape(), true
		}
	}
	switch details := info.Details().(type) {
	case *driver.DecimalDetails:
		return ndjson.Shape{Kind: ndjson.KindDecimal, Precision: int(details.Width), Scale: int(details.Scale)}, true
	case *driver.ListDetails:
		element, ok := shapeOf(details.Child)
		return ndjson.Shape{Kind: ndjson.KindArray, Element: &element}, ok
	case *driver.ArrayDetails:
		element, ok := shapeOf(details.Child)
		return ndjson.Shape{Kind: ndjson.KindArray, Element: &element}, ok
	case *driver.MapDetails:
		value, ok := shapeOf(details.Value)
		return ndjson.Shape{Kind: ndjson.KindMap, Element: &value}, ok && details.Key.InternalType() == driver.TYPE_VARCHAR
	case *driver.StructDetails:
		s.Kind = ndjson.KindStruct
		for _, entry := range details.Entries {
			field, ok := shapeOf(entry.Info())
			if !ok {
				return s, false
			}
			s.Fields = append(s.Fields, ndjson.Field{Name: strings.ToLower(entry.Name()), Shape: field})
		}
		return s, true
	}
	return s, false
}

// fromText returns the SQL that converts a column from the reader's text.
func fromText(c ndjson.Column) string {
	if shape := c.Type.Shape(); shape.IsNested() {
		return fmt.Sprintf("CAST(CAST(%s AS JSON) AS %s) AS %s", sqlquote.ANSI.Name(c.Name), pipeline.ResultType(c.Type), sqlquote.ANSI.Name(c.Name))
	}
	return sqlquote.ANSI.Name(c.Name)
}

// toText returns the SQL that converts a value for the writer.
func toText(value string, t ndjson.Type) string {
	if shape := t.Shape(); shape.IsNested() {
		return nestedText(value, pipeline.ResultType(t))
	}
	return value
}

var decimalName = regexp.MustCompile(`DECIMAL\(\d+, ?\d+\)`)

// nestedText returns the SQL that converts a nested value of the type to JSON.
// It casts decimals to text, because DuckDB writes them to JSON as floats.
func nestedText(value, duckType string) string {
	return fmt.Sprintf("CAST(to_json(CAST(%s AS %s)) AS VARCHAR)", value, decimalName.ReplaceAllString(duckType, "VARCHAR"))
}

// holds reports whether a column of DuckDB's type has the vectors of a lake's
// type. A varchar and a char have those of a string.
func holds(info driver.TypeInfo, t ndjson.Type) bool {
	got, ok := lakeType(info)
	shape := t.Shape()
	return ok && (got == t || shape.IsText() && got == ndjson.String)
}
