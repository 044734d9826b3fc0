package survey

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// View is the state of a lake, based on its records and on the names, sizes and
// times of its files.
type View struct {
	At     time.Time
	Holder *pipeline.Holder   // the lock holder; nil: none
	Tables []TableView        // in the lake's order
	Last   *pipeline.Record   // of the newest run; nil if there is none
	Runs   []*pipeline.Record // of the newest runs, newest first, at most ViewRuns; damaged ones are left out
	Older  bool               // there may be older runs, which RecordsBefore reads
}

// TableView is a table of a View.
type TableView struct {
	// TableRecord has the rows that stedi last wrote or read. They and
	// everything that depends on them are empty unless Known.
	pipeline.TableRecord
	// Known: the files are those that stedi last wrote or read. If a file has the
	// same name and size but another time, its table is neither Known nor
	// Modified, because the file may have the same content.
	Known    bool
	Changed  time.Time              // the newest change of a data file; zero: there is none
	Run      string                 // the run that built the table, or last read it; "" if nothing is known of it
	Funnel   pipeline.Funnel        // how its rows came about
	Blocking []string               // files of a Modified table that stedi did not publish
	Previous *pipeline.Manifest     // the version that Rollback can put in its place; nil: none
	Moved    []string               // files that the last run moved aside, and Rollback can move back
	Trend    []int64                // its rows at the end of the runs that knew them, oldest first
	Verdict  Verdict                // of the newest run that has checks of it
	Failing  []pipeline.CheckRecord // those that failed, errors before warnings
}

// Verdict is the combined result of a table's checks.
type Verdict int

// These are the verdicts, from unchecked to the worst.
const (
	Unchecked Verdict = iota // or the table has changed since
	Pass
	Warn
	Wrong
)

var verdictNames = [...]string{"not checked", "pass", "warning", "fail"}

func (v Verdict) String() string { return verdictNames[v] }

// Lake surveys the lake. It reads no table, takes no lock and writes nothing,
// so that a caller can poll it, also during a run.
func Lake(ctx context.Context, r *pipeline.Runner) (*View, error) {
	v := &View{At: r.Now()}
	var err error
	if v.Holder, err = r.Store.Holder(ctx); err != nil {
		return nil, err
	}
	ids, err := state.NewestRuns(ctx, r.Store)
	if err != nil {
		return nil, err
	}
	v.Older = len(ids) == state.ViewRuns
	if v.Runs, err = state.ReadableRecords(ctx, r.Store, ids, state.ViewRuns); err != nil {
		return nil, err
	}
	if len(v.Runs) > 0 {
		v.Last = v.Runs[0]
	}
	found, unread, err := surveyTables(ctx, r)
	if err == nil && len(found.Blocking) > 0 && v.Holder != nil {
		// A run may have published a version after the manifest was read and
		// before the file was listed.
		found, unread, err = surveyTables(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	o := Observe(found, r.Lake)
	for _, t := range r.Lake.Tables {
		v.Tables = append(v.Tables, o.view(t, unread))
	}
	if err := v.findVersions(ctx, r, found, o); err != nil {
		return nil, err
	}
	v.remember(o, r.Lake)
	return v, nil
}

// findVersions adds to the tables what Rollback can put in their place.
func (v *View) findVersions(ctx context.Context, r *pipeline.Runner, found *Survey, o *Observation) error {
	kept, err := r.Store.List(ctx, pipeline.StateFolder+"/previous")
	if err != nil {
		return err
	}
	moved, err := r.Store.List(ctx, path.Dir(state.ReplacedFolder("x")))
	if err != nil {
		return err
	}
	for i, t := range r.Lake.Tables {
		back, _, err := state.Previous(ctx, r.Store, kept, t, found.built[t.Name])
		if err != nil {
			return err
		}
		if len(o.Blocking(t)) == 0 {
			v.Tables[i].Previous = back
		}
		for _, f := range moved {
			if strings.HasPrefix(state.ReplacedName(f.Name), t.Path+"/") {
				v.Tables[i].Moved = append(v.Tables[i].Moved, f.Name)
			}
		}
	}
	return nil
}

// surveyTables surveys the lake without reading a table. It also returns the
// files for which the result is uncertain without reading them.
func surveyTables(ctx context.Context, r *pipeline.Runner) (found *Survey, unread map[string]bool, err error) {
	o := overlayOf(r.Store)
	o.unread = map[string]bool{}
	found, err = o.survey(ctx, state.PublisherOf(r), r.Lake, nil)
	return found, o.unread, err
}

// remember adds to the tables what depends on several of them, and the results
// of past runs.
func (v *View) remember(o *Observation, lake *pipeline.Lake) {
	stale := o.Stale(lake)
	counts := &pipeline.Record{}
	for i := range v.Tables {
		v.Tables[i].recall(v.Runs)
		v.Tables[i].Stale = stale[v.Tables[i].Table]
		counts.Tables = append(counts.Tables, v.Tables[i].TableRecord)
	}
	counts.Expect(lake)
	for i := range v.Tables {
		table := &v.Tables[i]
		table.Expected = counts.Tables[i].Expected
		table.Trend = v.trend(table.Table)
		if m := o.Manifest(lake.Table(table.Table)); table.Known && (m == nil || !m.RolledBack) {
			table.judge(v.Runs)
		}
	}
}

// recall takes over what the newest run has read of a landing table that has not
// changed since. A run that fails keeps no state of what it has read, only its
// record.
func (t *TableView) recall(runs []*pipeline.Record) {
	if t.Known || t.Missing || t.Zone != pipeline.Landing || t.Run != "" {
		return
	}
	for _, r := range runs {
		read := r.Table(t.Table)
		if read == nil || !read.IsCounted() {
			continue
		}
		if r.Status != "ok" && !read.Missing && read.Files == t.Files && read.Bytes == t.Bytes && t.Changed.Before(r.Started) {
			t.Run = r.Run
			t.know(read)
		}
		return
	}
}

// know takes over the counts of a record of the same files.
func (t *TableView) know(read *pipeline.TableRecord) {
	t.Rows, t.Rejected, t.RejectedBytes, t.Uncounted, t.Notes = read.Rows, read.Rejected, read.RejectedBytes, read.Uncounted, read.Notes
	t.SkippedFiles, t.UnreadableFiles = read.SkippedFiles, read.UnreadableFiles
	t.Known = true
}

// trend returns the row counts of a table at the end of the runs that recorded
// them.
func (v *View) trend(name string) []int64 {
	var rows []int64
	for _, r := range slices.Backward(v.Runs) {
		if t := r.Table(name); t != nil && !t.Missing && t.IsCounted() {
			rows = append(rows, t.Rows)
		}
	}
	return rows
}

// judge copies the check results of the newest run with checks of the table.
// They are void if a later run built another version.
func (t *TableView) judge(runs []*pipeline.Record) {
	for _, r := range runs {
		if t.Run > r.Run {
			if concerns(r.Checks, t.Table) {
				return // a later run built the table
			}
			continue
		}
		if t.take(r.Checks) {
			return
		}
	}
}

func concerns(checks []pipeline.CheckRecord, table string) bool {
	return slices.ContainsFunc(checks, func(c pipeline.CheckRecord) bool { return c.Table == table })
}

// take adds the results of checks of the table, and reports whether there are any.
func (t *TableView) take(checks []pipeline.CheckRecord) bool {
	var warnings []pipeline.CheckRecord
	for _, c := range checks {
		switch {
		case c.Table != t.Table:
		case c.State == "fail" && c.Severity == "warning":
			warnings = append(warnings, c)
			t.Verdict = max(t.Verdict, Warn)
		case c.State == "fail":
			t.Failing = append(t.Failing, c)
			t.Verdict = Wrong
		case c.State == "pass":
			t.Verdict = max(t.Verdict, Pass)
		}
	}
	t.Failing = append(t.Failing, warnings...)
	return concerns(checks, t.Table)
}
