package check

import (
	"context"
	"fmt"
	"slices"

	"stedi/pipeline"
)

// evaluateAll evaluates checks. Those that need more than the engine keeps come
// last, because they make it drop what it keeps.
func (i *Inspection) evaluateAll(ctx context.Context, checks []*pipeline.Check) ([]pipeline.CheckRecord, error) {
	found := make([]pipeline.CheckRecord, len(checks))
	late := make([]bool, len(checks))
	err := each(ctx, i.Engine, checks, func(ctx context.Context, n int, c *pipeline.Check) (err error) {
		if _, counted := i.finding(c); !counted && !i.covers(c) {
			late[n] = true
			return nil
		}
		if found[n], err = i.evaluate(ctx, c); err == nil {
			err = i.makeRoom(ctx, func(k int) bool { return k > n || late[k] }, checks)
		}
		return err
	})
	for n, c := range checks {
		if err == nil && late[n] {
			found[n], err = i.evaluate(ctx, c)
		}
	}
	return found, err
}

// makeRoom drops the tables that none of the remaining checks reads, so that
// these have more memory. An engine that serves several calls at the same time
// keeps them.
func (i *Inspection) makeRoom(ctx context.Context, remains func(n int) bool, checks []*pipeline.Check) error {
	can := i.Engine.Capabilities()
	if can.ChecksInPlace || can.AtOnce > 1 {
		return nil
	}
	for _, name := range slices.Clone(i.Held) {
		needed := false
		for n, c := range checks {
			needed = needed || remains(n) && slices.Contains(c.Inputs, name)
		}
		if needed {
			continue
		}
		i.Held = slices.DeleteFunc(i.Held, func(held string) bool { return held == name })
		if err := i.Engine.Forget(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// evaluate runs one check, or returns the cached result if its tables are
// unchanged.
func (i *Inspection) evaluate(ctx context.Context, c *pipeline.Check) (pipeline.CheckRecord, error) {
	for _, name := range c.Inputs {
		if len(i.Files[name]) == 0 {
			record := c.Judge(i.Lake.Table(c.Table), pipeline.Findings{})
			record.State, record.Message = "skipped", name+" has no file"
			return record, nil
		}
	}
	key, known := i.keyOf(c)
	if record, ok := i.remembered(c, key); known && ok {
		return record, nil
	}
	found, err := i.ask(ctx, c)
	if err != nil {
		return pipeline.CheckRecord{}, fmt.Errorf("check %s: %w", c.Name, err)
	}
	record := c.Judge(i.named(i.Lake.Table(c.Table)), found)
	if known {
		i.mu.Lock()
		i.Cache[c.Name] = Cached{Key: key, Record: record}
		i.mu.Unlock()
	}
	return record, nil
}

// ask returns the findings of a check: those that were counted as the rows
// passed, or those of the check's own SELECT.
func (i *Inspection) ask(ctx context.Context, c *pipeline.Check) (pipeline.Findings, error) {
	if found, ok := i.finding(c); ok {
		return found, nil
	}
	inputs, err := i.inputs(ctx, c)
	if err != nil {
		return pipeline.Findings{}, err
	}
	if found, ok := i.finding(c); ok { // as its table was read now
		return found, nil
	}
	return i.Engine.Check(ctx, c, inputs)
}

// inputs returns the tables that a check reads, with all columns that it reads.
func (i *Inspection) inputs(ctx context.Context, c *pipeline.Check) (inputs []pipeline.Input, err error) {
	for _, name := range c.Inputs {
		if _, err := i.input(ctx, i.Lake.Table(name), false); err != nil {
			return nil, err
		}
	}
	covers := i.covers(c)
	for _, name := range c.Inputs {
		if !covers {
			if err := i.whole(ctx, name); err != nil {
				return nil, err
			}
		}
		input, err := i.input(ctx, i.Lake.Table(name), false)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, input)
	}
	return inputs, nil
}

func (i *Inspection) remembered(c *pipeline.Check, key pipeline.Hash) (pipeline.CheckRecord, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.Cache.get(c, key)
}
