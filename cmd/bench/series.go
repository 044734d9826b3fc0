package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// bench is one run of the program.
type bench struct {
	options
	progress narrator
	tables   []derived
	slow     map[string]bool // rivals that exceeded the time limit; they skip larger lakes
	// settle waits until all written data is on disk, so that no run pays for
	// the previous one.
	settle func()
}

// result is the result of a rival on one lake.
type result struct {
	rival rival
	runs  []cost // without the warm-up
	err   error  // the first error; the rival does not run again
}

// series is the results of all rivals on one lake.
type series struct {
	lake    lake
	results []result
}

func (b *bench) run(ctx context.Context, stdout io.Writer) (err error) {
	if b.tables, err = derivedTables(); err != nil {
		return err
	}
	b.slow = map[string]bool{}
	if b.install {
		if err := b.installAll(ctx, b.progress); err != nil {
			return err
		}
	}
	here := b.present()
	if len(here) == 0 {
		return errors.New("no rival can run here")
	}
	remove, err := b.openWork()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var all []series
	for _, scale := range b.scales {
		l, err := openLake(ctx, b.work, scale, b.seed)
		if err != nil {
			return fmt.Errorf("lake of scale %d: %w", scale, err)
		}
		s, err := b.series(ctx, l, here)
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	return b.report(stdout, all, here)
}

// present returns the selected rivals that can run, and reports the others.
func (b *bench) present() []rival {
	var here []rival
	for _, r := range rivals {
		if !slices.Contains(b.rivals, r.name) {
			continue
		}
		if r.absent != nil {
			if err := r.absent(&b.options); err != nil {
				b.progress.say("%s is skipped: %v", r.name, err)
				continue
			}
		}
		here = append(here, r)
	}
	return here
}

// openWork creates the folder for lakes and outputs.
func (b *bench) openWork() (remove func() error, err error) {
	if b.work != "" {
		return func() error { return os.RemoveAll(filepath.Join(b.work, "out")) }, os.MkdirAll(b.work, 0o755)
	}
	b.work, err = os.MkdirTemp("", "stedi-bench-")
	return func() error { return os.RemoveAll(b.work) }, err
}

// series runs all rivals in rounds. The first round is a warm-up.
func (b *bench) series(ctx context.Context, l lake, here []rival) (series, error) {
	s := series{lake: l, results: make([]result, len(here))}
	for i, r := range here {
		s.results[i].rival = r
		if b.slow[r.name] {
			s.results[i].err = errLimit
		}
	}
	for round := range b.rounds + 1 {
		for _, i := range order(len(here), b.seed, round) {
			r := &s.results[i]
			if r.err != nil {
				continue
			}
			c, err := b.once(ctx, l, r.rival)
			if ctx.Err() != nil {
				return s, ctx.Err()
			}
			b.note(r, round, l.scale, c, err)
		}
	}
	out := filepath.Join(b.work, "out")
	return s, errors.Join(l.refresh(b.tables, out), os.RemoveAll(out))
}

// once runs a rival on a fresh lake and then counts the rows of its tables.
func (b *bench) once(ctx context.Context, l lake, r rival) (cost, error) {
	out := filepath.Join(b.work, "out")
	if err := l.refresh(b.tables, out); err != nil {
		return cost{}, err
	}
	b.settle()
	args, env, err := r.command(&b.options, l.dir, out)
	if err != nil {
		return cost{}, err
	}
	c, err := measure(ctx, b.limit, b.work, args, env)
	if err != nil {
		return c, err
	}
	if err := l.verify(r, b.tables, out); err != nil {
		return c, &wrongRows{err}
	}
	return c, nil
}

// wrongRows is the error of a run with wrong numbers of rows.
type wrongRows struct{ error }

func (b *bench) note(r *result, round, scale int, c cost, err error) {
	label := fmt.Sprintf("scale %d, round %d of %d, %s:", scale, round, b.rounds, r.rival.name)
	if round == 0 {
		label = fmt.Sprintf("scale %d, warm-up, %s:", scale, r.rival.name)
	}
	if err != nil {
		b.progress.say("%s %v", label, err)
		r.err = err
		b.slow[r.rival.name] = errors.Is(err, errLimit)
		return
	}
	b.progress.say("%s %.2f s", label, c.wall.Seconds())
	if round > 0 {
		r.runs = append(r.runs, c)
	}
}

// order returns the order of the rivals in a round. The order is shuffled once
// by the seed and rotates by one each round, so that each rival takes each
// place equally often. It is reversed after each cycle, so that no rival always
// follows the same one.
func order(n int, seed uint64, round int) []int {
	turns := rand.New(rand.NewPCG(seed, 0)).Perm(n)
	if n == 0 {
		return turns
	}
	shift := round % n
	turns = slices.Concat(turns[shift:], turns[:shift])
	if round/n%2 == 1 {
		slices.Reverse(turns)
	}
	return turns
}
