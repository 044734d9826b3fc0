// Package sample writes synthetic landing data for the STEDI lake: customers,
// accelerometer readings and step trainer readings whose row counts after
// every transform are known beforehand, under each profile.
//
//	manifest, err := sample.Write(ctx, "lake", sample.Options{Scale: 1, Seed: 42})
//
// At scale 1 the eight counts are those of the original STEDI data set; at
// scale n they are n times as large. All people are invented. The same options
// give the same bytes on every machine.
//
// On request a lake is dirty: it has the rows of the clean one and others that
// the transforms must drop or keep, files of odd forms, and lines that a strict
// reader rejects. Then the counts follow from what was written, and the
// manifest describes the dirt.
package sample

import (
	"context"
	"errors"
	"fmt"
)

// MaxScale is the largest scale that Write accepts, about 100 GB of data. It
// keeps the reading times, one day for each step of the scale, in this century.
const MaxScale = 10_000

// MaxRejects is the largest number of bad lines. The manifest lists each.
const MaxRejects = 100_000

// ErrOccupied reports that a landing folder already holds files. Mixing them
// with the sample would make its counts wrong, so Write leaves them alone.
var ErrOccupied = errors.New("landing folder already holds files")

// Options says which data set to write.
type Options struct {
	Scale int    // 1 to MaxScale: how many times the original row counts
	Seed  uint64 // any value; it changes people, times and readings, never a count of a clean lake

	// DirtyRows adds rows that the transforms have to deal with, about one in
	// twenty-five, to those of the clean lake. Manifest.Dirt counts them.
	DirtyRows bool
	// DirtyFiles puts the same rows into files of odd forms, and adds files
	// without rows. Manifest.OddFiles lists them.
	DirtyFiles bool
	// Rejects is the number of lines, up to MaxRejects, that a strict reader
	// rejects. They are in no count. Manifest.Rejects lists them.
	Rejects int
}

// Manifest describes a written data set.
type Manifest struct {
	Scale      int     `json:"scale"`
	Seed       uint64  `json:"seed"`
	DirtyRows  bool    `json:"dirty_rows,omitempty"`
	DirtyFiles bool    `json:"dirty_files,omitempty"`
	Tables     []Table `json:"tables"`
	// Expected holds, for each profile as given to --profile and for Base, the
	// rows of all eight tables by table name.
	Expected map[string]map[string]int64 `json:"expected"`

	Dirt     map[string]map[Dirt]int64 `json:"dirt,omitempty"` // rows of each kind, by table
	OddFiles []OddFile                 `json:"odd_files,omitempty"`
	Rejects  []Reject                  `json:"rejects,omitempty"` // by table, then by place
}

// Table is one landing table as written. Path is relative to the lake. Files
// leaves hidden ones out, and Rows the lines to be rejected.
type Table struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Files int    `json:"files"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

// Write creates dir if need be and writes the three landing tables below it.
// Memory does not depend on the scale. If it fails or ctx ends, all that
// it wrote is removed again; files that were there before are never touched.
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

// fill writes one cohort after the other, so that only one is in memory. It
// counts those of a dirty lake.
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
