package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
)

// glance is a store whose small files change in memory only. Who looks at a
// lake through it finds out what a run would, with recovery from what was cut
// off and with new identities of known files, and leaves no trace.
type glance struct {
	Store
	written map[string][]byte
	// Who must not even read the tables, such as one who looks twice a second,
	// believes that a file of the same name and size is the same, and finds
	// here those of which nothing else tells. Nil: files are read for it.
	unread map[string]bool
}

// errUnread is what such a one gets instead of a file's bytes.
var errUnread = errors.New("only looked at")

func glanceAt(store Store) *glance { return &glance{Store: store, written: map[string][]byte{}} }

func (g *glance) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if text, ok := g.written[name]; ok {
		return io.NopCloser(bytes.NewReader(text)), nil
	}
	return g.Store.Open(ctx, name)
}

func (g *glance) Put(_ context.Context, name string, content []byte) error {
	g.written[name] = bytes.Clone(content)
	return nil
}

func (g *glance) Fetch(ctx context.Context, f File) (string, error) {
	if g.unread == nil {
		return g.Store.Fetch(ctx, f)
	}
	g.unread[f.Name] = true
	return "", errUnread
}

// Delete forgets an intent, which is not read a second time.
func (g *glance) Delete(context.Context, string) error { return nil }

func (g *glance) Sweep(context.Context) error { return nil }

// survey is what a look at a lake found, without a lock and without a trace.
type survey struct {
	known
	files   map[string][]File // of each table, managed or not
	made    map[string]string // by table: the run that made what we left of it
	strange []string          // files that were modified outside stedi
	lacking []*Table          // landing tables without files
}

// survey finds out what a run with the allowance would know before its first
// step; without one, a run that skips the files that the last one has.
func (r *Runner) survey(ctx context.Context, allow *Allowance) (*survey, error) {
	return glanceAt(r.Store).survey(ctx, r.publisher(), r.Lake, allow)
}

func (g *glance) survey(ctx context.Context, publisher Publisher, lake *Lake, allow *Allowance) (*survey, error) {
	if err := recoverLake(ctx, g, publisher, lake); err != nil {
		return nil, err
	}
	s := &survey{
		known: known{landing: map[string]landingState{}, manifests: map[string]*Manifest{}},
		files: map[string][]File{},
		made:  map[string]string{},
	}
	for _, t := range lake.Tables {
		if t.IsLanding() {
			state, err := look(ctx, g, t, allow)
			if err != nil {
				return nil, err
			}
			if len(state.files) == 0 {
				s.lacking = append(s.lacking, t)
			}
			s.landing[t.Name], s.files[t.Name] = state, state.files
			continue
		}
		state, err := inspect(ctx, g, t)
		if err != nil {
			return nil, err
		}
		s.manifests[t.Name], s.files[t.Name], s.made[t.Name] = state.manifest, state.files, state.made
		for _, f := range state.strange {
			s.strange = append(s.strange, f.Name)
		}
	}
	return s, nil
}

// Plan says what Run would do with the same options, and why. It takes no
// lock and writes nothing. What would stop the run before any work, or fail a
// step for want of an input, is the error; in the second case the steps are
// there, too.
func (r *Runner) Plan(ctx context.Context, options RunOptions) ([]PlanStep, error) {
	selected, err := r.Lake.Select(options.Select)
	if err != nil {
		return nil, err
	}
	if err := options.Allow.verify(ctx, r.Store, r.Lake); err != nil {
		return nil, err
	}
	found, _, err := r.surveySteady(ctx, &options.Allow, false)
	if err != nil {
		return nil, err
	}
	var stops []error
	if len(found.strange) > 0 && !options.Replace {
		stops = append(stops, foreign(found.strange))
	}
	if len(found.lacking) > 0 {
		stops = append(stops, missingLanding(ctx, r.Store, r.Lake, found.lacking))
	}
	if len(stops) > 0 {
		return nil, errors.Join(stops...)
	}
	steps := found.plan(r.Lake, selected, options.Force, options.Allow.Limit)
	return steps, found.lacks(r.Lake, steps)
}

// lacks marks the steps that would fail because an input has never been made
// and is not built by an earlier step.
func (k known) lacks(lake *Lake, steps []PlanStep) error {
	var errs []error
	var made, broken []string
	for i := range steps {
		s := &steps[i]
		s.Zone = lake.Table(s.Table).Zone
		if !s.Run {
			continue
		}
		for _, name := range lake.Table(s.Table).Made.Inputs {
			if slices.Contains(broken, name) {
				s.Lacks = name
			} else if !lake.Table(name).IsLanding() && k.manifests[name] == nil && !slices.Contains(made, name) {
				s.Lacks = name
				errs = append(errs, neverMade(name))
			}
		}
		if s.Lacks != "" {
			broken = append(broken, s.Table)
			continue
		}
		made = append(made, s.Table)
	}
	return errors.Join(errs...)
}
