package pipeline

import (
	"math"
	"strings"
)

// Expectation is a known data set with the correct row counts of its tables.
type Expectation struct {
	Name    string           `json:"name"`
	Source  string           `json:"source"`  // who counted, and how
	Landing map[string]int64 `json:"landing"` // the counts that identify the data set
	// Profiles holds the counts of the derived tables. The key is the sorted
	// names of the active variants joined by commas.
	Profiles map[string]map[string]int64 `json:"profiles"`
}

// Expect returns the correct row count of every table if the landing counts are
// those of a known data set, or of several whole copies of it. For unknown data
// it returns nil.
func (l *Lake) Expect(rows map[string]int64) map[string]int64 {
	for _, e := range l.Expectations {
		counts, ok := e.Profiles[strings.Join(l.Profiles, ",")]
		if !ok {
			continue
		}
		scale := e.scale(rows)
		if scale == 0 {
			continue
		}
		expected := map[string]int64{}
		for table, n := range e.Landing {
			expected[table] = n * scale
		}
		for table, n := range counts {
			expected[table] = n * scale
		}
		return expected
	}
	return nil
}

// nearEnough is the largest share by which a landing count may differ from that
// of the nearest data set.
const nearEnough = 0.1

// Nearest returns the landing counts of the known data set, or of several copies
// of it, that are the most like the given ones; nil if all are far from them.
func (l *Lake) Nearest(rows map[string]int64) map[string]int64 {
	var nearest map[string]int64
	least := math.Inf(1)
	for _, e := range l.Expectations {
		scale := int64(1)
		for table, n := range e.Landing {
			if n > 0 {
				scale = max(scale, int64(math.Round(float64(rows[table])/float64(n))))
			}
		}
		off, worst := 0.0, 0.0
		counts := map[string]int64{}
		for table, n := range e.Landing {
			counts[table] = n * scale
			part := math.Abs(float64(rows[table]-n*scale)) / float64(max(1, n*scale))
			off, worst = off+part, max(worst, part)
		}
		if len(counts) > 0 && worst <= nearEnough && off < least {
			nearest, least = counts, off
		}
	}
	return nearest
}

// scale returns how many copies of the data set the landing counts represent,
// or 0.
func (e Expectation) scale(rows map[string]int64) int64 {
	scale := int64(0)
	for table, n := range e.Landing {
		if n == 0 || rows[table] == 0 || rows[table]%n != 0 {
			return 0
		}
		if scale != 0 && rows[table]/n != scale {
			return 0
		}
		scale = rows[table] / n
	}
	return scale
}
