package main

import (
	"context"
	"errors"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/review/replay"
)

// reading returns the program with an engine that can read a lake: a database of
// a catalog is read by the first engine that finds its tables, unless --engine
// names one that can.
func (p *program) reading(lake string) *program {
	one := &program{process: p.process, config: p.config}
	one.config.lake = plainS3(lake)
	place := registry.Place{Root: one.config.lake}
	if !place.InCatalog() || one.selected().Discover != nil {
		return one
	}
	for _, e := range p.config.engines {
		if e.Discover != nil {
			one.config.engine = e.Name
			break
		}
	}
	return one
}

// fetchLanding replays on the landing tables of a lake in a bucket or in a
// catalog, from copies of their files. It falls back on the built-in sample, with
// a note, if the lake has none.
func (r *reviewer) fetchLanding(ctx context.Context, temp string) (err error) {
	p := r.p.reading(r.data)
	o, err := p.openSilently(ctx, p.selected(), p.selected().SupportsLake)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil || r.closeLake == nil {
			err = errors.Join(err, o.close())
		}
	}()
	listed, err := pipeline.ListTables(ctx, o.store, r.lake, pipeline.Allowance{})
	if err != nil {
		return err
	}
	var names []string
	for _, t := range r.lake.Tables {
		if t.IsLanding() && len(listed[t.Name].Files) > 0 {
			names = append(names, t.Name)
		} else {
			delete(listed, t.Name)
		}
	}
	if len(names) == 0 {
		r.p.tell([]string{r.data + " has no landing table: the scripts are replayed on the built-in sample"})
		return r.builtIn(ctx, temp)
	}
	inputs, err := pipeline.FetchTables(ctx, o.store, r.lake, listed, names...)
	if err != nil {
		return err
	}
	r.own, r.sample = true, replay.Landing{Root: o.folder, Inputs: inputs}
	if r.rows, err = r.count(ctx, r.sample); err != nil {
		return err
	}
	r.closeLake = o.close // the copies of converted files are in its private folder
	return nil
}
