package ndjson

import (
	"unsafe"
)

// Vector is one column of one batch, in memory that the caller owns. Its layout
// is that of DuckDB's flat vectors. The zero Vector is an unwanted column: its
// values are validated and dropped.
//
// All unsafe code of the package is in this file. It assumes a little-endian
// machine with 64-bit pointers, as all platforms of DuckDB are.
type Vector struct {
	// Data points at the values: 16-byte strings (also for nested values),
	// 1-byte booleans, integers and floats of their width, decimals of 2, 4, 8
	// or 16 bytes by their precision, 4-byte days, 8-byte microseconds. Nil
	// means that the column is unwanted.
	Data unsafe.Pointer
	// Valid points at one bit per row, in 64-bit words; a zero bit is a null.
	// For reading it is required, with all bits set at the start of a batch.
	// For writing, nil means that there are no nulls.
	Valid unsafe.Pointer
	// Heap receives the bytes of strings longer than 12 during a read. The
	// string value then holds an offset into Heap until Relocate is called.
	Heap []byte
}

// inlined is the length of the longest string that its 16-byte value contains.
const inlined = 12

// stringValue is DuckDB's string_t: a length, followed by the string itself or
// by its first four bytes and its address.
type stringValue struct {
	length uint32
	prefix [4]byte
	where  uint64
}

// Relocate converts the offsets of the long strings in the first n rows to
// addresses. The caller has copied Heap to base. Null rows stay unchanged.
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

// settle relocates the strings of the first n rows to Heap itself, in a vector
// from newVector. Keep the vector alive while the strings are in use.
func (v *Vector) settle(n int) {
	v.Relocate(n, uintptr(unsafe.Pointer(unsafe.SliceData(v.Heap))))
}

// EachText calls f with the strings of the first n rows, but only once for equal
// ones that the reader has recognised as such. Call it before Relocate. It
// reports whether there is a null.
func (v *Vector) EachText(n int, f func(text []byte)) (null bool) {
	values := unsafe.Slice((*stringValue)(v.Data), n)
	before := -1 // the last row that is not null
	for row := range values {
		s := &values[row]
		if !v.valid(row) {
			null = true
			continue
		}
		if before < 0 || *s != values[before] {
			if s.length > inlined {
				f(v.Heap[s.where : s.where+uint64(s.length)])
			} else {
				f((*[inlined]byte)(unsafe.Pointer(&s.prefix))[:s.length])
			}
		}
		before = row
	}
	return null
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

// setValid resets the row after a rejected line.
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

// setDecimal stores a decimal in the number of bytes that DuckDB uses for its
// precision.
func (v *Vector) setDecimal(row int, value uint128, precision int) {
	switch low := value.low; { // of the two's complement
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

// intern returns the 16-byte value of a string, and appends a long string to
// Heap.
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

// newVector allocates a vector in Go's memory, with room for rows rows.
func newVector(rows int) Vector {
	return Vector{
		Data:  unsafe.Pointer(unsafe.SliceData(make([]uint64, 2*rows))),
		Valid: unsafe.Pointer(unsafe.SliceData(make([]uint64, (rows+63)/64))),
	}
}

// allValid starts a batch of rows rows in a vector from newVector.
func (v *Vector) allValid(rows int) {
	for i := range (rows + 63) / 64 {
		*(*uint64)(unsafe.Add(v.Valid, i*8)) = ^uint64(0)
	}
}

// value returns a value of a vector that was not relocated: nil, a bool, an
// int64, a float64 or a string. Decimals, dates, timestamps and nested values
// are strings, nested ones as Show formats them.
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
		text, _ := v.get(row, shape).appendTime(nil, shape) // it was parsed, so it can be written
		return string(text)
	case KindArray, KindMap, KindStruct:
		text, _ := shape.render(nil, []byte(v.unmoved(row)), true)
		return string(text)
	case KindString, KindVarchar, KindChar, KindAny:
	}
	return v.unmoved(row)
}

// unmoved returns a string that was not relocated.
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

// text returns a relocated string in place, without copying it.
func (v *Vector) text(row int) []byte {
	at := unsafe.Add(v.Data, row*16)
	length := int((*stringValue)(at).length)
	if length <= inlined {
		return unsafe.Slice((*byte)(unsafe.Add(at, 4)), length)
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(at, 8)), length)
}

// view returns a string that shares the bytes of b. Pass it only to calls that
// do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// load returns the eight bytes at i. The padding of every buffer keeps them
// inside the slice. There is no bounds check, because it would cost a tenth of
// the time.
func load(b []byte, i int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}
