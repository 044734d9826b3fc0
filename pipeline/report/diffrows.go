package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// RowsDiff is the difference of a table's rows between two runs. It contains
// rows: personal data.
type RowsDiff struct {
	Table   string                  `json:"table"`
	Columns []pipeline.ResultColumn `json:"columns"` // the columns of both versions
	OnlyA   int64                   `json:"only_a"`  // rows, with duplicates
	OnlyB   int64                   `json:"only_b"`
	// The samples are distinct rows, at most SampleRows each.
	SampleA [][]any `json:"sample_a"`
	SampleB [][]any `json:"sample_b"`
	Gone    string  `json:"gone,omitempty"` // why the rows cannot be compared, or ""
}

// SampleRows is how many rows of each run a RowsDiff shows.
const SampleRows = 5

// Versions opens a Querier on two versions of one table, named before and
// after.
type Versions func(ctx context.Context, before, after pipeline.Input) (pipeline.Querier, error)

// CompareRows compares the rows of the tables whose versions differ at the ends
// of both runs, in the columns of both versions. For a table that cannot be
// compared it returns the reason: a lake keeps only the newest version and the
// one before the last run, and no versions of landing tables.
func CompareRows(ctx context.Context, r *pipeline.Runner, versions Versions, d *Diff) ([]RowsDiff, error) {
	c := comparison{store: r.Store, lake: r.Lake, versions: versions}
	var err error
	if c.a, err = state.ReadRecord(ctx, r.Store, d.A); err != nil {
		return nil, err
	}
	if c.b, err = state.ReadRecord(ctx, r.Store, d.B); err != nil {
		return nil, err
	}
	if c.kept, err = r.Store.List(ctx, pipeline.StateFolder+"/previous"); err != nil {
		return nil, err
	}
	found := []RowsDiff{}
	for _, name := range d.tables() {
		if a, b := c.a.Table(name), c.b.Table(name); a != nil && b != nil && a.MadeBy != "" && a.MadeBy == b.MadeBy {
			continue
		}
		rows := RowsDiff{Table: name, Columns: []pipeline.ResultColumn{}, SampleA: [][]any{}, SampleB: [][]any{}}
		err := c.compare(ctx, &rows)
		failure, explained := errors.AsType[*pipeline.Failure](err)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case explained:
			rows.Gone = failure.Err.Error()
		case err != nil:
			return nil, fmt.Errorf("comparing the rows of %s: %w", name, err)
		}
		found = append(found, rows)
	}
	return found, nil
}

// tables lists the tables that may differ.
func (d *Diff) tables() []string {
	var names []string
	for _, t := range d.Tables {
		names = append(names, t.Table)
	}
	for _, s := range d.Steps {
		if !slices.Contains(names, s.Table) {
			names = append(names, s.Table)
		}
	}
	return names
}

// comparison compares the rows of two runs.
type comparison struct {
	store    pipeline.Store
	lake     *pipeline.Lake
	versions Versions
	a, b     *pipeline.Record
	kept     []pipeline.File // the files of previous versions
}

// compare fills in the difference of one table. If the rows cannot be compared,
// the error is a *Failure.
func (c *comparison) compare(ctx context.Context, d *RowsDiff) error {
	t := c.lake.Table(d.Table)
	if t == nil {
		return pipeline.Fail(pipeline.BadUsage, d.Table, "", "the definition no longer has this table")
	}
	if t.IsLanding() {
		return pipeline.Fail(pipeline.BadUsage, d.Table, "", "landing tables are not versioned")
	}
	before, err := c.version(ctx, t, c.a)
	if err != nil {
		return err
	}
	after, err := c.version(ctx, t, c.b)
	if err != nil {
		return err
	}
	common := slices.DeleteFunc(slices.Clone(before.Table.Columns), func(c pipeline.Column) bool {
		return !slices.Contains(after.Table.Columns, c)
	})
	if len(common) == 0 {
		return pipeline.Fail(pipeline.BadUsage, d.Table, "", "the versions have no column in common")
	}
	before.Table.Name, after.Table.Name = "before", "after"
	sql, err := sqlFiles.Text("diff_rows.sql", map[string]any{
		"Before": before.Table.Name, "After": after.Table.Name, "Columns": common, "Samples": SampleRows,
	})
	if err != nil {
		return err
	}
	q, err := c.versions(ctx, before, after)
	if err != nil {
		return err
	}
	return errors.Join(d.ask(ctx, q, sql), q.Close())
}

// version returns the version of a table at the end of a run.
func (c *comparison) version(ctx context.Context, t *pipeline.Table, run *pipeline.Record) (pipeline.Input, error) {
	table := run.Table(t.Name)
	if table == nil || table.Missing {
		return pipeline.Input{}, pipeline.Fail(pipeline.BadUsage, t.Name, "", "run %s did not build this table", run.Run)
	}
	if table.MadeBy == "" {
		return pipeline.Input{}, pipeline.Fail(pipeline.BadUsage, t.Name, "", "the record of run %s does not name the version", run.Run)
	}
	places := map[string]string{state.ManifestName(t.Name): t.Part()} // by manifest of a version: its one file
	for _, name := range state.KeptManifests(c.kept, t) {
		places[name] = path.Dir(name) + "/" + t.Part()
	}
	var changed error
	for manifest, part := range places {
		m, err := state.ReadManifest(ctx, c.store, manifest)
		if err != nil {
			return pipeline.Input{}, err
		}
		if m == nil || m.Run != table.MadeBy {
			continue
		}
		input, err := c.open(ctx, t, m, part)
		if !errors.Is(err, pipeline.ErrChanged) && !errors.Is(err, fs.ErrNotExist) {
			return input, err
		}
		changed = err
	}
	if changed != nil {
		return pipeline.Input{}, pipeline.Fail(pipeline.Conflict, t.Name, "", "%w", changed)
	}
	return pipeline.Input{}, pipeline.Fail(pipeline.BadUsage, t.Name, "", "the version of run %s was deleted, since it may hold withdrawn consent", table.MadeBy)
}

// open returns a version as an input for queries, with the columns that it had.
// If its files do not match the manifest, the error is ErrChanged.
func (c *comparison) open(ctx context.Context, t *pipeline.Table, m *pipeline.Manifest, part string) (pipeline.Input, error) {
	files, err := c.files(ctx, m, part)
	if err != nil {
		return pipeline.Input{}, err
	}
	columns, err := c.columns(ctx, t, m)
	if err != nil {
		return pipeline.Input{}, err
	}
	input, err := pipeline.FetchInput(ctx, c.store, &pipeline.Table{Columns: columns, Transform: t.Transform}, files)
	if err != nil || m.Folder != "" {
		return input, err
	}
	hash, err := ndjson.HashFile(ctx, input.Files[0].Path)
	if err == nil && hash != m.Hash {
		err = fmt.Errorf("%s was modified after run %s: %w", part, m.Run, pipeline.ErrChanged)
	}
	return input, err
}

// files returns the files of a version: those in the manifest, in the version's
// own folder, or one part, whose content is not verified yet.
func (c *comparison) files(ctx context.Context, m *pipeline.Manifest, part string) ([]pipeline.File, error) {
	folder, want := path.Dir(part), []pipeline.File{{Name: part}}
	if m.Folder != "" {
		folder, want = m.Folder, m.DataFiles()
	}
	listed, err := c.store.List(ctx, folder)
	if err != nil {
		return nil, err
	}
	var found []pipeline.File
	for _, w := range want {
		i := slices.IndexFunc(listed, func(f pipeline.File) bool { return f.Name == w.Name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("%s, written by run %s, is missing: %w", w.Name, m.Run, fs.ErrNotExist)
		case m.Folder != "" && !listed[i].Same(w):
			return nil, fmt.Errorf("%s was modified after run %s: %w", w.Name, m.Run, pipeline.ErrChanged)
		}
		found = append(found, listed[i])
	}
	return found, nil
}

// columns are those that a version had when it was built.
func (c *comparison) columns(ctx context.Context, t *pipeline.Table, m *pipeline.Manifest) ([]pipeline.Column, error) {
	known := pipeline.ColumnsOf(t, m)
	record := &pipeline.Record{}
	if _, err := state.ReadCache(ctx, c.store, state.RunFolder(m.Run)+"/run.json", record); err != nil {
		return nil, err
	}
	if made := record.Table(t.Name); made != nil && made.MadeBy == m.Run && made.Columns != nil {
		known = made.Columns
	}
	var columns []pipeline.Column
	for _, k := range known {
		kind, err := ndjson.ParseType(k.Type)
		if err != nil {
			return nil, pipeline.Fail(pipeline.BadUsage, t.Name, "", "the version of run %s has a column of the unknown type %s", m.Run, k.Type)
		}
		columns = append(columns, pipeline.Column{Name: k.Name, Type: kind})
	}
	if len(columns) == 0 {
		return nil, pipeline.Fail(pipeline.BadUsage, t.Name, "", "the columns of the version of run %s are not known", m.Run)
	}
	return columns, nil
}

// ask fills in the result of the query of diff_rows.sql: each row has the
// counts, the side, and a sample row if there is one.
func (d *RowsDiff) ask(ctx context.Context, q pipeline.Querier, sql string) (err error) {
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	const before = 3 // columns before those of the table
	d.Columns = rows.Columns()[before:]
	for {
		page, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, row := range page {
			a, okA := row[0].(int64)
			b, okB := row[1].(int64)
			if !okA || !okB {
				return fmt.Errorf("%T and %T where counts were due", row[0], row[1])
			}
			d.OnlyA, d.OnlyB = a, b
			switch row[2] {
			case true:
				d.SampleA = append(d.SampleA, row[before:])
			case false:
				d.SampleB = append(d.SampleB, row[before:])
			}
		}
	}
}
