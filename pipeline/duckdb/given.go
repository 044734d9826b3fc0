package duckdb

import (
	"fmt"

	driver "github.com/duckdb/duckdb-go/v2"
)

// given are the values of a column that a table is created from.
type given struct {
	values []string
	null   bool // NULL is one of them
}

// registerGiven registers the table function stedi_given(ID), which returns the
// values of ID.
func (e *Engine) registerGiven() error {
	id, err := driver.NewTypeInfo(driver.TYPE_BIGINT)
	if err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	return driver.RegisterTableUDF(e.conn, "stedi_given", driver.ChunkTableFunction{
		Config: driver.TableFunctionConfig{Arguments: []driver.TypeInfo{id}},
		BindArguments: func(_ map[string]any, args ...any) (driver.ChunkTableSource, error) {
			number, _ := args[0].(int64)
			all, ok := e.givens.get(number)
			if !ok {
				return nil, fmt.Errorf("stedi_given(%d): unknown values", number)
			}
			return &givenTable{given: *all}, nil
		},
	})
}

// givenTable implements DuckDB's table function. It returns the values that are
// left.
type givenTable struct{ given }

func (t *givenTable) ColumnInfos() []driver.ColumnInfo {
	text, _ := driver.NewTypeInfo(driver.TYPE_VARCHAR) // fails only for types with parameters
	return []driver.ColumnInfo{{Name: "given", T: text}}
}

func (t *givenTable) Cardinality() *driver.CardinalityInfo {
	return &driver.CardinalityInfo{Cardinality: uint(len(t.values))}
}

// Init does nothing: a query reads the table once.
func (t *givenTable) Init() {}

// FillChunk returns the next values, and NULL last.
func (t *givenTable) FillChunk(chunk driver.DataChunk) error {
	n := min(len(t.values), driver.GetDataChunkCapacity())
	for i, value := range t.values[:n] {
		if err := driver.SetChunkValue(chunk, 0, i, value); err != nil {
			return err
		}
	}
	t.values = t.values[n:]
	if t.null && n < driver.GetDataChunkCapacity() {
		if err := chunk.SetValue(0, n, nil); err != nil {
			return err
		}
		t.null = false
		n++
	}
	return chunk.SetSize(n)
}
