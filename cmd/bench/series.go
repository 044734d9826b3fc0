package main

import (
	"bytes"
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
	busy   string // a sentence about other work of the machine, or ""
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
	b.slow, b.busy = map[string]bool{}, busy()
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

// series runs all rivals in rounds, those that need the lake in the same state
// together. The first round is a warm-up.
func (b *bench) series(ctx context.Context, l lake, here []rival) (series, error) {
	s := series{lake: l}
	for _, on := range []state{fresh, built, unmanaged} {
		first := len(s.results)
		for _, r := range here {
			if r.on == on && r.from <= l.scale {
				s.results = append(s.results, result{rival: r})
			}
		}
		if err := b.rotate(ctx, l, on, s.results[first:]); err != nil {
			return s, err
		}
	}
	return s, errors.Join(l.refresh(b.tables, b.out()), os.RemoveAll(b.out()))
}

// rotate runs rivals in rounds on a lake in one state.
func (b *bench) rotate(ctx context.Context, l lake, on state, results []result) error {
	if len(results) == 0 {
		return nil
	}
	if err := b.prepareLake(ctx, l, on); err != nil {
		return fmt.Errorf("build the lake of scale %d: %w", l.scale, err)
	}
	for round := range b.rounds + 1 {
		for _, i := range order(len(results), b.seed, round) {
			r := &results[i]
			if b.slow[r.rival.name] {
				r.err = errLimit
			}
			if r.err != nil {
				continue
			}
			c, err := b.once(ctx, l, r.rival)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			b.note(r, round, l.scale, c, err)
		}
	}
	return nil
}

func (b *bench) out() string { return filepath.Join(b.work, "out") }

// once runs a rival and then verifies what it did.
func (b *bench) once(ctx context.Context, l lake, r rival) (cost, error) {
	if r.on == fresh {
		if err := l.refresh(b.tables, b.out()); err != nil {
			return cost{}, err
		}
	}
	if r.prepare != nil {
		if err := r.prepare(ctx, b, l); err != nil {
			return cost{}, err
		}
	}
	args, env, err := r.command(&b.options, l.dir, b.out())
	if err != nil {
		return cost{}, err
	}
	b.settle()
	if r.cold {
		files, err := l.files()
		if err == nil {
			err = dropCache(files)
		}
		if err != nil {
			return cost{}, &warmError{err}
		}
	}
	c, err := measure(ctx, b.limit, b.work, args, env)
	if err != nil {
		return c, err
	}
	if err := b.verify(l, r); err != nil {
		return c, &wrongRows{err}
	}
	return c, nil
}

// verify counts the rows of the derived tables, or finds what the output has to
// say.
func (b *bench) verify(l lake, r rival) error {
	if r.on == fresh {
		return l.verify(r, b.tables, b.out())
	}
	if r.says == nil {
		return nil
	}
	text, err := os.ReadFile(b.log())
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(b.out(), "*.json"))
	for _, name := range files {
		more, e := os.ReadFile(name)
		text, err = append(text, more...), errors.Join(err, e)
	}
	for _, want := range r.says(l) {
		if !bytes.Contains(text, []byte(want)) {
			err = errors.Join(err, fmt.Errorf("the output lacks %s", want))
		}
	}
	return err
}

// warmError reports that the page cache could not be emptied, so there is no
// cold run.
type warmError struct{ error }

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
		if errors.Is(err, errLimit) {
			b.slow[r.rival.name] = true
		}
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
