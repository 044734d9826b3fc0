package sample

import (
	"bytes"
	"slices"
)

// columns are the keys of a table that dirt and bad lines change, as they are
// in its rows: quoted, with the colon.
type columns struct {
	keys   [2]string // a row without them is incomplete; they are not at the end of a row
	number string    // an integer
	real   string    // a double; an integer if the table has no double
}

// keysOf lists the columns of each landing table.
var keysOf = [len(landing)]columns{
	{keys: [2]string{`"email":`, `"serialNumber":`}, number: `"registrationDate":`, real: `"lastUpdateDate":`},
	{keys: [2]string{`"user":`, `"timestamp":`}, number: `"timestamp":`, real: `"x":`},
	{keys: [2]string{`"serialNumber":`, `"sensorReadingTime":`}, number: `"sensorReadingTime":`, real: `"distanceFromObject":`},
}

// value returns the position in the buffer of a key's value in the current row.
func (w *writer) value(key string) (from, to int) {
	from = w.start + bytes.Index(w.buf[w.start:], []byte(key)) + len(key)
	if w.buf[from] == ' ' {
		from++
	}
	if w.buf[from] == '"' {
		return from, from + 1 + bytes.IndexByte(w.buf[from+1:], '"') + 1
	}
	return from, from + bytes.IndexAny(w.buf[from:], ",}")
}

// set replaces the value of a key.
func (w *writer) set(key, value string) {
	from, to := w.value(key)
	w.buf = slices.Replace(w.buf, from, to, []byte(value)...)
}

// unset removes a key that is not the last one.
func (w *writer) unset(key string) {
	from := w.start + bytes.Index(w.buf[w.start:], []byte(key))
	_, to := w.value(key)
	for to++; w.buf[to] == ' '; {
		to++
	}
	w.buf = slices.Delete(w.buf, from, to)
}

// cut removes the last n bytes of the row.
func (w *writer) cut(n int) *writer {
	w.buf = w.buf[:len(w.buf)-n]
	return w
}
