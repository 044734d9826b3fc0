package export

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"stedi/pipeline"
)

// parquetRows writes a Parquet file. Booleans, integers and doubles keep their
// types; other types become text. Every column may hold nulls.
type parquetRows struct {
	writer *parquet.GenericWriter[any]
	types  []string // type names of the query; "" for text
	row    parquet.Row
	rows   int // in the current row group
	bytes  int // approximate size of their texts
}

// The limits of a row group, which is completely in memory.
const (
	groupRows  = 1 << 16
	groupBytes = 8 << 20
)

func newParquetRows(w io.Writer, columns []pipeline.ResultColumn) *parquetRows {
	p := &parquetRows{row: make(parquet.Row, len(columns))}
	fields := make([]parquet.Field, len(columns))
	used := map[string]bool{}
	for i, c := range columns {
		node := parquet.Node(nil)
		switch c.Type {
		case "BOOLEAN":
			node = parquet.Leaf(parquet.BooleanType)
		case "TINYINT", "SMALLINT", "INTEGER":
			node = parquet.Int(32)
		case "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
			node = parquet.Int(64)
		case "FLOAT", "DOUBLE":
			node = parquet.Leaf(parquet.DoubleType)
		default:
			c.Type, node = "", parquet.String()
		}
		fields[i] = &field{parquet.Optional(node), unique(c.Name, used, strings.ToLower)}
		p.types = append(p.types, c.Type)
	}
	p.writer = parquet.NewGenericWriter[any](w, parquet.NewSchema("rows", &group{fields: fields}), parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.CreatedBy("stedi", "", ""))
	return p
}

func (p *parquetRows) Row(values []any) error {
	for i, v := range values {
		value, ok := p.value(i, v)
		if !ok {
			return fmt.Errorf("column %d: a value of type %T where %s belongs", i+1, v, p.types[i])
		}
		level := 1
		if value.IsNull() {
			level = 0
		}
		p.row[i] = value.Level(0, level, i)
		if text, ok := v.(string); ok {
			p.bytes += len(text)
		}
	}
	if _, err := p.writer.WriteRows([]parquet.Row{p.row}); err != nil {
		return err
	}
	if p.rows++; p.rows < groupRows && p.bytes < groupBytes {
		return nil
	}
	p.rows, p.bytes = 0, 0
	return p.writer.Flush()
}

// value converts a value to the type of its column.
func (p *parquetRows) value(column int, v any) (parquet.Value, bool) {
	kind := p.types[column]
	switch v := v.(type) {
	case nil:
		return parquet.NullValue(), true
	case bool:
		return parquet.BooleanValue(v), kind == "BOOLEAN"
	case int64:
		switch kind {
		case "TINYINT", "SMALLINT", "INTEGER":
			return parquet.Int32Value(int32(v)), v == int64(int32(v)) //nolint:gosec // the comparison detects an overflow
		}
		return parquet.Int64Value(v), kind == "BIGINT" || kind == "UTINYINT" || kind == "USMALLINT" || kind == "UINTEGER"
	case float64:
		return parquet.DoubleValue(v), kind == "FLOAT" || kind == "DOUBLE"
	case string:
		return parquet.ByteArrayValue([]byte(strings.ToValidUTF8(v, "\uFFFD"))), kind == ""
	default:
		return parquet.Value{}, false
	}
}

func (p *parquetRows) End() error { return p.writer.Close() }

// group holds the fields of a row in their own order, with any names.
// parquet.Group would sort them, and would convert them to a Go type that does
// not allow all column names.
type group struct {
	parquet.Group
	fields []parquet.Field
}

func (g *group) Fields() []parquet.Field { return g.fields }

func (g *group) GoType() reflect.Type { return reflect.TypeFor[map[string]any]() }

type field struct {
	parquet.Node
	name string
}

func (f *field) Name() string { return f.name }

// Value is never called: it is for rows that are Go structs.
func (f *field) Value(base reflect.Value) reflect.Value {
	return base.MapIndex(reflect.ValueOf(f.name))
}
