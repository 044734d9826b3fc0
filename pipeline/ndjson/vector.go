package ndjson

import (
	"unsafe"
)

// Vector is one column of one batch, in memory that the caller owns and that
// is laid out as DuckDB lays out its flat vectors. The zero Vector is a column
// that is not wanted: its values are validated and go nowhere.
//
// This file holds all of the package's unsafe code. It assumes a little-endian
// machine with 64-bit pointers, as every platform with DuckDB is.
type Vector struct {
	// Data points at the values: 16-byte strings, which nested values are too,
	// 1-byte booleans, integers and floats of their width, decimals of 2, 4, 8
	// or 16 bytes by their precision, 4-byte days, 8-byte microseconds. Nil
	// means that the column is not wanted.
	Data unsafe.Pointer
	// Valid points at one bit a row, in 64-bit words; a zero bit is a null.
	// Reading needs it, with all bits set at the start of a batch. Writing
	// takes nil for "no nulls".
	Valid unsafe.Pointer
	// Heap receives the bytes of strings longer than 12 while reading. The
	// value then holds an offset into Heap until Relocate is called.
	Heap []byte
}

// inlined is the longest string that is in its 16-byte value itself.
const inlined = 12

// stringValue is DuckDB's string_t: a length, and either the string itself or
// its first four bytes and where it is.
type stringValue struct {
	length uint32
	prefix [4]byte
	where  uint64
}

// Relocate turns the offsets of the first n rows' long strings into addresses,
// once the caller has copied Heap to base. Rows that are null are left alone.
func (v *Vector) Relocate(n int, base uintptr) {
	if v.Data == nil || len(v.Heap) == 0 {
		return
	}
	values := unsafe.Slice((*stringValue)(v.Data), n)
	for row := range values {
		if s := &values[row]; v.valid(row) && s.length > inlined {
			s.where += uint64(base)
		}
	}
}

// settle relocates the strings of the first n rows to Heap itself, in a vector of
// newVector's, which must be kept alive as long as they are read.
func (v *Vector) settle(n int) {
	v.Relocate(n, uintptr(unsafe.Pointer(unsafe.SliceData(v.Heap))))
}

func (v *Vector) valid(row int) bool {
	if v.Valid == nil {
		return true
	}
	return *(*uint64)(unsafe.Add(v.Valid, row>>6<<3))>>(uint(row)&63)&1 == 1
}

func (v *Vector) setNull(row int) {
	if v.Data != nil {
		*(*uint64)(unsafe.Add(v.Valid, row>>6<<3)) &^= 1 << (uint(row) & 63)
	}
}

// setValid takes back what a rejected line has left in its row.
func (v *Vector) setValid(row int) {
	if v.Data != nil {
		*(*uint64)(unsafe.Add(v.Valid, row>>6<<3)) |= 1 << (uint(row) & 63)
	}
}

func (v *Vector) setBoolean(row int, value bool) {
	if v.Data != nil {
		*(*bool)(unsafe.Add(v.Data, row)) = value
	}
}

func (v *Vector) setTinyint(row int, value int8) {
	if v.Data != nil {
		*(*int8)(unsafe.Add(v.Data, row)) = value
	}
}

func (v *Vector) setSmallint(row int, value int16) {
	if v.Data != nil {
		*(*int16)(unsafe.Add(v.Data, row*2)) = value
	}
}

func (v *Vector) setFloat(row int, value float32) {
	if v.Data != nil {
		*(*float32)(unsafe.Add(v.Data, row*4)) = value
	}
}

// setDecimal stores a decimal in as many bytes as DuckDB gives its precision.
func (v *Vector) setDecimal(row int, value uint128, precision int) {
	switch low := value.low; { // of two's complements
	case precision <= 4:
		v.setSmallint(row, int16(low))
	case precision <= 9:
		v.setInt(row, int32(low))
	case precision <= 18:
		v.setBigint(row, int64(low))
	case v.Data != nil:
		*(*[2]uint64)(unsafe.Add(v.Data, row*16)) = [2]uint64{low, value.high}
	}
}

func (v *Vector) setInt(row int, value int32) {
	if v.Data != nil {
		*(*int32)(unsafe.Add(v.Data, row*4)) = value
	}
}

func (v *Vector) setBigint(row int, value int64) {
	if v.Data != nil {
		*(*int64)(unsafe.Add(v.Data, row*8)) = value
	}
}

func (v *Vector) setDouble(row int, value float64) {
	if v.Data != nil {
		*(*float64)(unsafe.Add(v.Data, row*8)) = value
	}
}

func (v *Vector) setString(row int, value stringValue) {
	if v.Data != nil {
		*(*stringValue)(unsafe.Add(v.Data, row*16)) = value
	}
}

// intern makes the 16-byte value of a string; a long one goes to Heap.
func (v *Vector) intern(text []byte) stringValue {
	value := stringValue{length: uint32(len(text))}
	if len(text) <= inlined {
		copy((*[inlined]byte)(unsafe.Pointer(&value.prefix))[:], text)
		return value
	}
	copy(value.prefix[:], text)
	if v.Data != nil {
		value.where = uint64(len(v.Heap))
		v.Heap = append(v.Heap, text...)
	}
	return value
}

// newVector allocates a vector in Go's memory, with room for the given number of rows.
func newVector(rows int) Vector {
	return Vector{
		Data:  unsafe.Pointer(unsafe.SliceData(make([]uint64, 2*rows))),
		Valid: unsafe.Pointer(unsafe.SliceData(make([]uint64, (rows+63)/64))),
	}
}

// allValid begins a batch of the given number of rows in a vector of newVector's.
func (v *Vector) allValid(rows int) {
	for i := range (rows + 63) / 64 {
		*(*uint64)(unsafe.Add(v.Valid, i*8)) = ^uint64(0)
	}
}

// value returns a value of a vector that was not relocated: nil, a bool, an
// int64, a float64 or a string. Decimals, dates, timestamps and nested values
// are strings, nested ones as Show writes them.
func (v *Vector) value(shape *Shape, row int) any {
	if !v.valid(row) {
		return nil
	}
	switch shape.Kind {
	case KindBoolean:
		return v.boolean(row)
	case KindInt:
		return int64(v.int(row))
	case KindBigint:
		return v.bigint(row)
	case KindDouble:
		return v.double(row)
	case KindTinyint, KindSmallint:
		return v.get(row, shape).integer
	case KindFloat:
		return widen(v.float(row))
	case KindDecimal:
		return string(appendDecimal(nil, v.get(row, shape).decimal, shape.Scale))
	case KindDate, KindTimestamp:
		text, _ := v.get(row, shape).appendTime(nil, shape) // it was read, so it can be written
		return string(text)
	case KindArray, KindMap, KindStruct:
		text, _ := shape.render(nil, []byte(v.unmoved(row)), true)
		return string(text)
	case KindString, KindVarchar, KindChar:
	}
	return v.unmoved(row)
}

// unmoved is a string that was not relocated.
func (v *Vector) unmoved(row int) string {
	at := unsafe.Add(v.Data, row*16)
	s := (*stringValue)(at)
	if s.length <= inlined {
		return string(unsafe.Slice((*byte)(unsafe.Add(at, 4)), s.length))
	}
	return string(v.Heap[s.where : s.where+uint64(s.length)])
}

func (v *Vector) boolean(row int) bool { return *(*byte)(unsafe.Add(v.Data, row)) != 0 }

func (v *Vector) tinyint(row int) int8 { return *(*int8)(unsafe.Add(v.Data, row)) }

func (v *Vector) smallint(row int) int16 { return *(*int16)(unsafe.Add(v.Data, row*2)) }

func (v *Vector) float(row int) float32 { return *(*float32)(unsafe.Add(v.Data, row*4)) }

func (v *Vector) decimal(row, precision int) uint128 {
	var n int64
	switch {
	case precision <= 4:
		n = int64(v.smallint(row))
	case precision <= 9:
		n = int64(v.int(row))
	case precision <= 18:
		n = v.bigint(row)
	default:
		words := *(*[2]uint64)(unsafe.Add(v.Data, row*16))
		return uint128{high: words[1], low: words[0]}
	}
	return uint128{high: uint64(n >> 63), low: uint64(n)}
}

func (v *Vector) int(row int) int32 { return *(*int32)(unsafe.Add(v.Data, row*4)) }

func (v *Vector) bigint(row int) int64 { return *(*int64)(unsafe.Add(v.Data, row*8)) }

func (v *Vector) double(row int) float64 { return *(*float64)(unsafe.Add(v.Data, row*8)) }

// text returns a relocated string where it is, without copying it.
func (v *Vector) text(row int) []byte {
	at := unsafe.Add(v.Data, row*16)
	length := int((*stringValue)(at).length)
	if length <= inlined {
		return unsafe.Slice((*byte)(unsafe.Add(at, 4)), length)
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(at, 8)), length)
}

// view is a string that shares the bytes of b, for calls that do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// load returns the eight bytes at i. They are inside the slice, as every
// buffer of lines is padded: the check, which costs a tenth of the time, is
// left out.
func load(b []byte, i int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}
