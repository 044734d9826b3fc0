package run

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// moved returns the files of the table that the last run moved aside, by their
// names in the lake: the files of other runs are deleted by then.
func (b *rollback) moved(ctx context.Context) (map[string]string, error) {
	if !state.PublisherOf(b.runner).OneFile() {
		return nil, nil
	}
	files, err := b.store.List(ctx, path.Dir(state.ReplacedFolder("x")))
	if err != nil {
		return nil, err
	}
	moved := map[string]string{}
	for _, f := range files {
		if name := state.ReplacedName(f.Name); strings.HasPrefix(name, b.table.Path+"/") {
			moved[name] = f.Name
		}
	}
	return moved, nil
}

// restore puts the files back that a run with --replace moved aside, in place of
// the version that it built. The copies are deleted last: after an interruption a
// second rollback completes the first.
func (b *rollback) restore(ctx context.Context, moved map[string]string) (*Restored, error) {
	before := b.current
	beside, err := b.wasBeside(ctx, moved)
	if err == nil && !beside {
		err = b.remove(ctx, moved)
	}
	if err != nil {
		return nil, err
	}
	for name, copied := range moved {
		if err := b.store.Copy(ctx, copied, name); err != nil {
			return nil, fmt.Errorf("moving %s back: %w", name, err)
		}
	}
	b.done = true
	for _, copied := range moved {
		if err := b.store.Delete(ctx, copied); err != nil {
			return nil, fmt.Errorf("deleting %s: %w", copied, err)
		}
	}
	rows, err := b.count(ctx)
	if err != nil {
		return nil, err
	}
	restored, err := b.tell(ctx, &pipeline.Manifest{Rows: rows}, before)
	if restored != nil {
		restored.MovedBack = len(moved)
	}
	return restored, err
}

// wasBeside reports whether the files were beside a version that stedi had
// published, which stays then: the run kept it, or the one before.
func (b *rollback) wasBeside(ctx context.Context, moved map[string]string) (bool, error) {
	if b.current == nil || moved[b.table.Path+"/"+b.table.Part()] != "" {
		return false, nil
	}
	for _, copied := range moved {
		if !strings.HasPrefix(copied, state.ReplacedFolder(b.current.Run)+"/") {
			return true, nil
		}
	}
	kept, err := b.store.List(ctx, pipeline.StateFolder+"/previous")
	if err != nil {
		return false, err
	}
	back, _, err := state.Previous(ctx, b.store, kept, b.table, b.made)
	return back != nil, err
}

// remove deletes the version that the run built.
func (b *rollback) remove(ctx context.Context, moved map[string]string) error {
	if err := b.store.Delete(ctx, state.ManifestName(b.table.Name)); err != nil {
		return err
	}
	now, err := b.store.List(ctx, b.table.Path)
	if err != nil {
		return err
	}
	for _, f := range now {
		if moved[f.Name] != "" {
			continue
		}
		if err := b.store.Delete(ctx, f.Name); err != nil {
			return fmt.Errorf("deleting %s: %w", f.Name, err)
		}
	}
	return nil
}

// count returns the rows of the table as its files are now.
func (b *rollback) count(ctx context.Context) (int64, error) {
	files, err := b.store.List(ctx, b.table.Path)
	if err != nil {
		return 0, err
	}
	input, err := pipeline.FetchInput(ctx, b.store, b.table, files)
	if err != nil {
		return 0, err
	}
	report, err := b.runner.Engine.Scan(ctx, input, func(pipeline.Progress) {})
	return report.Rows, err
}

// onlyMoved reports whether all files are among those that are being moved back
// by a rollback that was interrupted.
func onlyMoved(files []pipeline.File, moved map[string]string) bool {
	return len(moved) > 0 && !slices.ContainsFunc(files, func(f pipeline.File) bool { return moved[f.Name] == "" })
}
