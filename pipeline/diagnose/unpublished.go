package diagnose

import (
	"context"
	"errors"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Reference is a definition whose transforms are known to be right.
type Reference struct {
	Runner  *pipeline.Runner // of the lake, with the tables of the definition
	Engine  pipeline.Bencher
	Options Options
}

// Explain says in a sentence why rows that a run has built are wrong, or returns
// "": they are compared with what the reference returns. The lake of the run must
// have the same tables; otherwise nothing can be said.
func (r Reference) Explain(ctx context.Context, built pipeline.Unpublished) (sentence string, err error) {
	t := r.Runner.Lake.Table(built.Table.Name)
	if t == nil || t.IsLanding() {
		return "", nil
	}
	bench, err := r.Engine.Workbench(ctx)
	if err != nil {
		return "", err
	}
	s := newSession(r.Runner, bench, r.Options)
	defer func() { err = errors.Join(err, bench.Close()) }()
	s.unproved = true
	s.needed = s.closure([]string{t.Name})
	if !s.alike(built.Lake) {
		return "", nil
	}
	if s.known, err = loadMistakes(ctx, s.o.Definition, s.lake, bench); err != nil {
		return "", err
	}
	for _, t := range s.lake.Tables {
		if !s.needed[t.Name] {
			continue
		}
		input, present := built.Rows, true
		if t.Name != built.Table.Name {
			if input, present, err = built.Input(ctx, t.Name); err != nil {
				return "", err
			}
		}
		input.Table = t
		if s.tables[t.Name], err = s.load(ctx, t, input, present); err != nil {
			return "", err
		}
		if err := s.judge(ctx, t); err != nil {
			return "", err
		}
	}
	return s.report.culprit(t.Name), nil
}

// alike tells whether a lake has the tables that are needed.
func (s *session) alike(lake *pipeline.Lake) bool {
	return !slices.ContainsFunc(s.lake.Tables, func(t *pipeline.Table) bool {
		other := lake.Table(t.Name)
		return s.needed[t.Name] && (other == nil || other.IsLanding() != t.IsLanding() || !slices.Equal(typedColumns(t), typedColumns(other)))
	})
}

// culprit says why a table is wrong if the cause is known, be it a table upstream.
func (r *Report) culprit(name string) string {
	t := r.Table(name)
	if t.State == Inherited {
		first := r.Table(t.InheritedFrom[0])
		if cause := r.culprit(first.Table); cause != "" {
			return t.Message + ". " + first.Table + ": " + cause
		}
		return t.Message + "."
	}
	if t.State != Wrong || len(t.Causes) == 0 || t.Causes[0].Certainty == Unknown {
		return ""
	}
	return t.Sentence()
}

// noteFailure adds to the message of a table that the newest run has built, but
// not published, why it was not.
func (s *session) noteFailure(ctx context.Context, found *Table) error {
	if s.newest == nil {
		s.newest = &pipeline.Record{}
		runs, err := state.NewestRuns(ctx, s.r.Store)
		if err != nil || len(runs) == 0 {
			return err
		}
		if _, err := state.ReadCache(ctx, s.r.Store, state.RunFolder(runs[0])+"/run.json", s.newest); err != nil {
			return err
		}
	}
	step := s.newest.Step(found.Table)
	if step == nil || step.State != pipeline.Failed || step.Error == "" {
		return nil
	}
	why, _, _ := strings.Cut(strings.TrimPrefix(step.Error, found.Table+": "), "\n")
	if found.Message != "" {
		found.Message += ". "
	}
	found.Message += "The newest run published no version of it: " + why
	return nil
}
