package sample

import (
	"context"
	"errors"
	"fmt"
)

// MaxScale is the largest scale that Write accepts, about 100 GB of data. It
// keeps the reading times, which advance one day per step of the scale, in this
// century.
const MaxScale = 10_000

// MaxRejects is the largest number of bad lines. The manifest lists each of
// them.
const MaxRejects = 100_000

// ErrOccupied reports that a landing directory already holds files. Adding the
// sample to them would make its counts wrong, so Write leaves them unchanged.
var ErrOccupied = errors.New("landing folder already holds files")

// Options select the data set to write.
type Options struct {
	Scale int    // 1 to MaxScale: the factor for the original row counts
	Seed  uint64 // any value; it changes people, times and readings, never a count of a clean lake

	// DirtyRows adds rows that the transforms have to handle, about one in
	// twenty-five, to those of the clean lake. Manifest.Dirt counts them.
	DirtyRows bool
	// DirtyFiles writes the same rows to files of odd forms, and adds files
	// without rows. Manifest.OddFiles lists them.
	DirtyFiles bool
	// Rejects is the number of lines, up to MaxRejects, that a strict reader
	// rejects. No count includes them. Manifest.Rejects lists them.
	Rejects int
}

// Manifest describes a written data set.
type Manifest struct {
	Scale      int     `json:"scale"`
	Seed       uint64  `json:"seed"`
	DirtyRows  bool    `json:"dirty_rows,omitempty"`
	DirtyFiles bool    `json:"dirty_files,omitempty"`
	Tables     []Table `json:"tables"`
	// Expected holds the row counts of all eight tables by table name, for each
	// variant, by the name that --profile takes, and for Base.
	Expected map[string]map[string]int64 `json:"expected"`

	Dirt     map[string]map[Dirt]int64 `json:"dirt,omitempty"` // rows of each kind, by table
	OddFiles []OddFile                 `json:"odd_files,omitempty"`
	Rejects  []Reject                  `json:"rejects,omitempty"` // by table, then by position
}

// Table is one written landing table. Path is relative to the lake. Files does
// not count hidden files, and Rows does not count the lines to be rejected.
type Table struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Files int    `json:"files"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

// Write writes the three landing tables below dir, which it creates if
// necessary. Its memory does not depend on the scale. If it fails or ctx ends,
// it removes everything that it wrote; it never changes files that existed
// before.
func Write(ctx context.Context, dir string, options Options) (Manifest, error) {
	return write(ctx, dir, options, original)
}

func write(ctx context.Context, dir string, options Options, s shape) (Manifest, error) {
	if options.Scale < 1 || options.Scale > MaxScale {
		return Manifest{}, fmt.Errorf("scale %d: want 1 to %d", options.Scale, MaxScale)
	}
	if options.Rejects < 0 || options.Rejects > MaxRejects {
		return Manifest{}, fmt.Errorf("%d rejects: want 0 to %d", options.Rejects, MaxRejects)
	}
	if err := ctx.Err(); err != nil {
		return Manifest{}, err
	}
	if err := vacant(dir); err != nil {
		return Manifest{}, err
	}
	lake := newOutput(dir, s, options)
	counted, err := fill(ctx, lake, options, s)
	if err != nil {
		return Manifest{}, errors.Join(err, lake.remove())
	}
	m := Manifest{
		Scale:      options.Scale,
		Seed:       options.Seed,
		DirtyRows:  options.DirtyRows,
		DirtyFiles: options.DirtyFiles,
		Expected:   s.expected(int64(options.Scale)),
	}
	lake.describe(&m)
	if options.DirtyRows {
		m.Expected = counted.expected(m.Tables)
	}
	return m, nil
}

// fill writes one cohort after the other, so that only one is in memory. For a
// dirty lake it returns the counts.
func fill(ctx context.Context, lake *output, options Options, s shape) (*tally, error) {
	if err := lake.create(); err != nil {
		return nil, err
	}
	c, counted := newCohort(s), newTally()
	if options.DirtyRows {
		c.extras = newExtras(s)
	}
	for i := range options.Scale {
		c.plan(options.Seed, i)
		if options.DirtyRows {
			counted.add(c)
		}
		if err := c.write(ctx, lake); err != nil {
			return nil, err
		}
	}
	return counted, lake.close()
}
