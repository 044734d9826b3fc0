package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// valueReader reads one column of a chunk as nil, bool, int64, float64 or
// string. It points into the chunk.
type valueReader struct {
	kind  mapping.Type
	shape *ndjson.Shape // of a nested value, which arrives as JSON text
	data  unsafe.Pointer
	valid []uint64 // nil means that all values are valid
}

// native reports whether the values of a column are read directly. DuckDB casts
// all other types to VARCHAR.
func native(t mapping.Type) bool {
	switch t {
	case driver.TYPE_BOOLEAN, driver.TYPE_TINYINT, driver.TYPE_SMALLINT, driver.TYPE_INTEGER, driver.TYPE_BIGINT,
		driver.TYPE_UTINYINT, driver.TYPE_USMALLINT, driver.TYPE_UINTEGER, driver.TYPE_FLOAT, driver.TYPE_DOUBLE, driver.TYPE_VARCHAR:
		return true
	default:
		return false
	}
}

func (r *valueReader) bind(v mapping.Vector) {
	view := viewVector(v)
	r.data, r.valid = view.Data, nil
	if view.Valid != nil {
		r.valid = unsafe.Slice((*uint64)(view.Valid), (driver.GetDataChunkCapacity()+63)/64)
	}
}

func (r *valueReader) read(row int) any {
	if r.valid != nil && r.valid[row/64]&(1<<(row%64)) == 0 {
		return nil
	}
	switch r.kind {
	case driver.TYPE_BOOLEAN:
		return at[uint8](r, row) != 0
	case driver.TYPE_TINYINT:
		return int64(at[int8](r, row))
	case driver.TYPE_SMALLINT:
		return int64(at[int16](r, row))
	case driver.TYPE_INTEGER:
		return int64(at[int32](r, row))
	case driver.TYPE_BIGINT:
		return at[int64](r, row)
	case driver.TYPE_UTINYINT:
		return int64(at[uint8](r, row))
	case driver.TYPE_USMALLINT:
		return int64(at[uint16](r, row))
	case driver.TYPE_UINTEGER:
		return int64(at[uint32](r, row))
	case driver.TYPE_DOUBLE:
		return at[float64](r, row)
	case driver.TYPE_FLOAT:
		return widen(at[float32](r, row))
	default:
		return r.show(text((*[16]byte)(unsafe.Add(r.data, row*16))))
	}
}

// show formats a nested value as Shape.Show does, if it is valid in a lake's
// table.
func (r *valueReader) show(value string) string {
	if r.shape == nil {
		return value
	}
	shown, err := r.shape.Show(value)
	if err != nil {
		return value // for example a value with NaN
	}
	return shown
}

func at[T any](r *valueReader, row int) T {
	var zero T
	return *(*T)(unsafe.Add(r.data, row*int(unsafe.Sizeof(zero)))) // the size of a value is small
}

// widen returns the float64 with the shortest decimal spelling of f: 0.1 must
// not become 0.10000000149.
func widen(f float32) float64 {
	wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return wide
}

// text copies a DuckDB string. The value itself contains a short string.
func text(value *[16]byte) string {
	const inlined = 12
	length := *(*uint32)(unsafe.Pointer(value))
	if length <= inlined {
		return string(value[4 : 4+length])
	}
	return strings.Clone(unsafe.String(*(**byte)(unsafe.Pointer(&value[8])), length))
}

// textColumn is a column for sql/gate_text.sql.
type textColumn struct {
	Name string // c0, c1, …
	Text bool   // cast it to text
	Type string // if not empty: convert it to JSON text as a value of this type
}

// describe finds the columns of the prepared statement. If some of them must
// be cast, it returns the text that does.
func (c *Cursor) describe(ctx context.Context, p *Parsed) (wrapped string, err error) {
	n := int(mapping.PreparedStatementColumnCount(c.prepare)) // a count of columns is small
	c.columns, c.readers = make([]pipeline.ResultColumn, n), make([]valueReader, n)
	columns := make([]textColumn, n)
	cast := false
	for i := range n {
		kind := mapping.PreparedStatementColumnType(c.prepare, mapping.IdxT(i)) // i is small and not negative
		columns[i] = textColumn{Name: fmt.Sprintf("c%d", i), Text: !native(kind)}
		cast = cast || !native(kind)
		c.columns[i].Name = mapping.PreparedStatementColumnName(c.prepare, mapping.IdxT(i)) // i is small and not negative
		c.columns[i].Type = c.typeName(i, kind)
		c.readers[i].kind = kind
		if !native(kind) {
			c.readers[i].kind = driver.TYPE_VARCHAR
		}
	}
	if !cast {
		return "", nil
	}
	bare, err := c.sealed.bare(ctx, p)
	if err != nil {
		return "", err
	}
	data := map[string]any{"Columns": columns, "SQL": bare}
	if err := c.nameTypes(ctx, statement("gate_types.sql", data)); err != nil {
		return "", err
	}
	if err := c.nestedColumns(ctx, bare, columns); err != nil {
		return "", err
	}
	return statement("gate_text.sql", data), nil
}

// nestedColumns finds the columns whose nested type a lake's table can have.
// They are shown as JSON, like in a lake's files.
func (c *Cursor) nestedColumns(ctx context.Context, query string, columns []textColumn) error {
	infos, err := c.sealed.engine.prepare(ctx, query)
	if err != nil {
		return c.fault(err.Error(), false)
	}
	for i, info := range infos {
		t, ok := lakeType(info.T)
		if !ok || i >= len(columns) || !columns[i].Text {
			continue
		}
		if shape := t.Shape(); shape.IsNested() {
			columns[i].Type, c.readers[i].shape = pipeline.ResultType(t), &shape
		}
	}
	return nil
}

// typeName returns the name of a native type. A type with an alias, such as
// JSON, has the alias as its name.
func (c *Cursor) typeName(column int, kind mapping.Type) string {
	logical := mapping.PreparedStatementColumnLogicalType(c.prepare, mapping.IdxT(column)) // column is small and not negative
	defer mapping.DestroyLogicalType(&logical)
	if alias := mapping.LogicalTypeGetAlias(logical); alias != "" {
		return alias
	}
	return typeNames[kind]
}

var typeNames = map[mapping.Type]string{
	driver.TYPE_BOOLEAN: "BOOLEAN", driver.TYPE_TINYINT: "TINYINT", driver.TYPE_SMALLINT: "SMALLINT", driver.TYPE_INTEGER: "INTEGER",
	driver.TYPE_BIGINT: "BIGINT", driver.TYPE_UTINYINT: "UTINYINT", driver.TYPE_USMALLINT: "USMALLINT", driver.TYPE_UINTEGER: "UINTEGER",
	driver.TYPE_FLOAT: "FLOAT", driver.TYPE_DOUBLE: "DOUBLE", driver.TYPE_VARCHAR: "VARCHAR",
}

// nameTypes queries DuckDB for the full names of the columns' types.
func (c *Cursor) nameTypes(ctx context.Context, describe string) (err error) {
	rows, err := c.sealed.engine.conn.QueryContext(ctx, describe)
	if err != nil {
		return c.fault(err.Error(), false)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for i := 0; rows.Next() && i < len(c.columns); i++ {
		var null, key, preset, extra any
		if err := rows.Scan(new(string), &c.columns[i].Type, &null, &key, &preset, &extra); err != nil {
			return err
		}
	}
	return rows.Err()
}

// maxSemicolons bounds the semicolons that bare tries as the end of a
// statement.
const maxSemicolons = 100

// bare takes the semicolon and what follows it off a statement: the shortest
// text that DuckDB reads as the same one.
func (s *Sealed) bare(ctx context.Context, p *Parsed) (string, error) {
	query, at := p.Text, 0
	for range maxSemicolons {
		next := strings.IndexByte(query[at:], ';')
		if next < 0 {
			return query, nil
		}
		at += next
		if part, err := s.Parse(ctx, query[:at]); err == nil && part.Tree == p.Tree {
			return query[:at], nil
		}
		at++
	}
	return "", &QueryError{Type: "Parser", Position: -1, Message: "the end of the query cannot be found among its many semicolons: leave out the last one"}
}
