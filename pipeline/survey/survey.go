package survey

import (
	"bytes"
	"context"
	"io"
	"sync"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// overlay is a store whose small files change in memory only. A survey through
// it gets the same result as a run, including recovery after an interruption
// and new identities of known files, and changes nothing.
type overlay struct {
	pipeline.Store
	written map[string][]byte
	mu      sync.Mutex // of unread: files are fetched several at a time
	// If unread is not nil, files are never read: equal name and size count as
	// unchanged, and unread collects the files of which that is an assumption.
	// Used by Lake, which is polled.
	unread map[string]bool
}

func overlayOf(store pipeline.Store) *overlay {
	return &overlay{Store: store, written: map[string][]byte{}}
}

func (o *overlay) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if text, ok := o.written[name]; ok {
		return io.NopCloser(bytes.NewReader(text)), nil
	}
	return o.Store.Open(ctx, name)
}

func (o *overlay) Put(_ context.Context, name string, content []byte) error {
	o.written[name] = bytes.Clone(content)
	return nil
}

func (o *overlay) Fetch(ctx context.Context, f pipeline.File) (string, error) {
	if o.unread == nil {
		return o.Store.Fetch(ctx, f)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unread[f.Name] = true
	return "", state.ErrUnread
}

// Delete does nothing: only intents are deleted, and none is read a second time.
func (o *overlay) Delete(context.Context, string) error { return nil }

func (o *overlay) Sweep(context.Context) error { return nil }

// Survey is the state of a lake, found without a lock and without changes.
type Survey struct {
	state.Known
	files    map[string][]pipeline.File // of each table, managed or not
	built    map[string]string          // by table: the run that built the version that stedi published
	Blocking []string                   // unmanaged and modified files in the zones, which block a run
	Lacking  []*pipeline.Table          // landing tables without files
}

// Take determines what a run with the allowance would know before its first
// step. Without an allowance, it skips the files that the last run skipped.
func Take(ctx context.Context, r *pipeline.Runner, allow *pipeline.Allowance) (*Survey, error) {
	return overlayOf(r.Store).survey(ctx, state.PublisherOf(r), r.Lake, allow)
}

func (o *overlay) survey(ctx context.Context, publisher pipeline.Publisher, lake *pipeline.Lake, allow *pipeline.Allowance) (*Survey, error) {
	if err := state.RecoverLake(ctx, o, publisher, lake); err != nil {
		return nil, err
	}
	s := &Survey{
		Known: state.Known{Landing: map[string]state.LandingState{}, Manifests: map[string]*pipeline.Manifest{}},
		files: map[string][]pipeline.File{},
		built: map[string]string{},
	}
	for _, t := range lake.Tables {
		if t.IsLanding() {
			state, err := state.Look(ctx, o, t, allow)
			if err != nil {
				return nil, err
			}
			if len(state.Files) == 0 {
				s.Lacking = append(s.Lacking, t)
			}
			s.Landing[t.Name], s.files[t.Name] = state, state.Files
			continue
		}
		state, err := state.Inspect(ctx, o, t)
		if err != nil {
			return nil, err
		}
		s.Manifests[t.Name], s.files[t.Name], s.built[t.Name] = state.Manifest, state.Files, state.Built
		for _, f := range state.Blocking {
			s.Blocking = append(s.Blocking, f.Name)
		}
	}
	return s, nil
}
