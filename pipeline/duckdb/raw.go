package duckdb

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline/ndjson"
)

// The driver passes values to its callbacks one by one. A C call or an
// interface per value would dominate the total cost. Only this file accesses
// the vectors behind the values. The offsets are found by name and type of the
// fields, and Open fails for a driver with another layout.

type layout struct {
	chunk      uintptr // of duckdb.DataChunk
	projection uintptr // of duckdb.DataChunk
	inner      uintptr // of duckdb.Vector
	handle     uintptr // of what inner points at
}

var driverLayout, errLayout = findLayout()

func findLayout() (l layout, err error) {
	vector := reflect.TypeFor[duckdb.Vector]()
	inner, ok := vector.FieldByName("v")
	if !ok || inner.Type.Kind() != reflect.Pointer {
		return l, errors.New("the DuckDB driver's Vector has another layout: build with the version in go.mod")
	}
	l.inner = inner.Offset
	for _, f := range []struct {
		of     reflect.Type
		name   string
		kind   reflect.Type
		offset *uintptr
	}{
		{reflect.TypeFor[duckdb.DataChunk](), "chunk", reflect.TypeFor[mapping.DataChunk](), &l.chunk},
		{reflect.TypeFor[duckdb.DataChunk](), "projection", reflect.TypeFor[[]int](), &l.projection},
		{inner.Type.Elem(), "vec", reflect.TypeFor[mapping.Vector](), &l.handle},
	} {
		field, ok := f.of.FieldByName(f.name)
		if !ok || field.Type != f.kind {
			return l, fmt.Errorf("the DuckDB driver's %s.%s has another layout: build with the version in go.mod", f.of.Name(), f.name)
		}
		*f.offset = field.Offset
	}
	return l, nil
}

func rawChunk(c *duckdb.DataChunk) mapping.DataChunk {
	return *(*mapping.DataChunk)(unsafe.Add(unsafe.Pointer(c), driverLayout.chunk))
}

// projection maps a column of the table to its index in the chunk, or to -1 if
// the query does not read it. It is empty if the query reads all columns.
func projection(c *duckdb.DataChunk) []int {
	return *(*[]int)(unsafe.Add(unsafe.Pointer(c), driverLayout.projection))
}

func rawVector(v *duckdb.Vector) mapping.Vector {
	inner := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(v), driverLayout.inner))
	return *(*mapping.Vector)(unsafe.Add(inner, driverLayout.handle))
}

func chunkVector(c mapping.DataChunk, column int) mapping.Vector {
	return mapping.DataChunkGetVector(c, mapping.IdxT(column)) // the index of a column is small and not negative
}

// viewVector gives Go access to the memory of a DuckDB vector.
func viewVector(v mapping.Vector) ndjson.Vector {
	return ndjson.Vector{Data: mapping.VectorGetData(v), Valid: mapping.VectorGetValidity(v)}
}

// numbers returns the first n values of a flat vector of numbers.
func numbers[T int64 | uint64](v mapping.Vector, n int) []T {
	return unsafe.Slice((*T)(mapping.VectorGetData(v)), n)
}

// setOnes sets the first n values of a BIGINT vector to 1.
func setOnes(v mapping.Vector, n int) {
	values := numbers[int64](v, n)
	for i := range values {
		values[i] = 1
	}
}
