// Package sample writes synthetic landing data for the STEDI lake: customers,
// accelerometer readings and step trainer readings whose row counts after
// every transform are known beforehand, under each profile.
//
//	manifest, err := sample.Write(ctx, "lake", sample.Options{Scale: 1, Seed: 42})
//
// At scale 1 the eight counts are those of the original STEDI data set; at
// scale n they are n times as large. All people are invented. The same options
// give the same bytes on every machine.
package sample

import (
	"context"
	"errors"
	"fmt"
)

// MaxScale is the largest scale that Write accepts, about 100 GB of data. It
// keeps the reading times, one day for each step of the scale, in this century.
const MaxScale = 10_000

// ErrOccupied tells that a landing folder already holds files. Mixing them
// with the sample would make its counts wrong, so Write leaves them alone.
var ErrOccupied = errors.New("landing folder already holds files")

// Options says which data set to write.
type Options struct {
	Scale int    // 1 to MaxScale: how many times the original row counts
	Seed  uint64 // any value; it changes people, times and readings, never a count
}

// Manifest describes a written data set.
type Manifest struct {
	Scale  int     `json:"scale"`
	Seed   uint64  `json:"seed"`
	Tables []Table `json:"tables"`
	// Expected holds, for each profile as given to --profile and for Base, the
	// rows of all eight tables by table name.
	Expected map[string]map[string]int64 `json:"expected"`
}

// Table is one landing table as written. Path is relative to the lake.
type Table struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Files int    `json:"files"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

// Write creates dir if need be and writes the three landing tables below it.
// Memory stays the same whatever the scale. If it fails or ctx ends, all that
// it wrote is removed again; files that were there before are never touched.
func Write(ctx context.Context, dir string, options Options) (Manifest, error) {
	return write(ctx, dir, options, original)
}

func write(ctx context.Context, dir string, options Options, s shape) (Manifest, error) {
	if options.Scale < 1 || options.Scale > MaxScale {
		return Manifest{}, fmt.Errorf("scale %d: want 1 to %d", options.Scale, MaxScale)
	}
	if err := ctx.Err(); err != nil {
		return Manifest{}, err
	}
	if err := vacant(dir); err != nil {
		return Manifest{}, err
	}
	lake := newOutput(dir, s, options.Scale)
	if err := fill(ctx, lake, options, s); err != nil {
		return Manifest{}, errors.Join(err, lake.remove())
	}
	return Manifest{
		Scale:    options.Scale,
		Seed:     options.Seed,
		Tables:   lake.tables(),
		Expected: s.expected(int64(options.Scale)),
	}, nil
}

// fill writes one cohort after the other, so that only one is in memory.
func fill(ctx context.Context, lake *output, options Options, s shape) error {
	if err := lake.create(); err != nil {
		return err
	}
	c := newCohort(s)
	for i := range options.Scale {
		c.plan(options.Seed, i)
		if err := c.write(ctx, lake); err != nil {
			return err
		}
	}
	return lake.close()
}
