package pager

import (
	"cmp"
	"slices"
)

// mark is the place of a row.
type mark[P any] struct {
	row   int64
	place P
}

// marks holds the places of evenly spaced rows, up to a fixed number. When it
// is full, it drops every other one.
type marks[P any] struct {
	stride int64
	list   []mark[P] // by row, the first for row 0
}

const (
	maxMarks    = 10_000
	firstStride = 128
)

func newMarks[P any](start P) marks[P] {
	return marks[P]{firstStride, []mark[P]{{0, start}}}
}

// due returns the next row whose place is needed.
func (m *marks[P]) due() int64 { return m.last().row + m.stride }

func (m *marks[P]) last() mark[P] { return m.list[len(m.list)-1] }

// add stores the place of the due row.
func (m *marks[P]) add(place P) {
	m.list = append(m.list, mark[P]{m.due(), place})
	if len(m.list) <= maxMarks {
		return
	}
	// The last mark stays regardless of its row, because reading continues
	// there.
	m.stride *= 2
	kept := m.list[:0]
	for _, k := range m.list {
		if k.row%m.stride == 0 {
			kept = append(kept, k)
		}
	}
	m.list = kept
}

// before returns the last mark at or before the row.
func (m *marks[P]) before(row int64) mark[P] { return m.list[m.index(row)] }

// index returns the index of that mark.
func (m *marks[P]) index(row int64) int {
	i, found := slices.BinarySearchFunc(m.list, row, func(k mark[P], row int64) int { return cmp.Compare(k.row, row) })
	if found {
		return i
	}
	return i - 1
}
