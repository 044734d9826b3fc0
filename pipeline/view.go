package pipeline

import (
	"context"
	"slices"
	"time"
)

// View is a lake as it lies there, found out from what it remembers of itself
// and from the names, sizes and times of its files.
type View struct {
	At     time.Time
	Holder *Holder     // the lock holder; nil: none
	Tables []TableView // in the lake's order
	Last   *Record     // of the newest run; nil: none
	Runs   []*Record   // of the newest runs, newest first, at most ViewRuns; damaged ones are left out
	Older  bool        // there may be runs before them, which RecordsBefore reads
}

// ViewRuns is how many runs a View remembers.
const ViewRuns = 20

// TableView is a table of a View.
type TableView struct {
	// TableRecord has the rows as this program last wrote or read them. They
	// and what depends on them are empty unless Known.
	TableRecord
	// Known: the files are those that this program last wrote or read. A file
	// of the same name and size but with another time may be the same or not,
	// so it makes a table unknown, but not Strange.
	Known    bool
	Changed  time.Time     // the newest change of a data file; zero: there is none
	Run      string        // the run that built the table, or last read it; "" if nothing is known of it
	Funnel   []StageRows   // how its rows came about
	Strange  []string      // files that were modified outside stedi
	Previous bool          // Rollback can put a previous version in its place
	Trend    []int64       // its rows at the end of the runs that knew them, oldest first
	Verdict  Verdict       // of the newest run that has checks of it
	Failing  []CheckRecord // those that failed, errors before warnings
}

// Verdict is what checks say of a table.
type Verdict int

// The verdicts, from the one that says nothing to the worst.
const (
	Unchecked Verdict = iota // or it has changed since
	Pass
	Warn
	Wrong
)

var verdictNames = [...]string{"not checked", "pass", "warning", "fail"}

func (v Verdict) String() string { return verdictNames[v] }

// View looks at the lake. It reads no table, takes no lock and writes nothing,
// so that it can be called again and again, also while a run is on its way.
func (r *Runner) View(ctx context.Context) (*View, error) {
	v := &View{At: r.Now()}
	var err error
	if v.Holder, err = r.Store.Holder(ctx); err != nil {
		return nil, err
	}
	ids, err := newestRuns(ctx, r.Store)
	if err != nil {
		return nil, err
	}
	v.Older = len(ids) == ViewRuns
	if v.Runs, err = readableRecords(ctx, r.Store, ids, ViewRuns); err != nil {
		return nil, err
	}
	if len(v.Runs) > 0 {
		v.Last = v.Runs[0]
	}
	found, unread, err := r.glance(ctx)
	if err == nil && len(found.strange) > 0 && v.Holder != nil {
		// A run may have published between a look at the manifest and one at
		// the file.
		found, unread, err = r.glance(ctx)
	}
	if err != nil {
		return nil, err
	}
	kept, err := r.Store.List(ctx, stateFolder+"/previous")
	if err != nil {
		return nil, err
	}
	o := observe(found, r.Lake)
	for _, t := range r.Lake.Tables {
		table := o.view(t, unread)
		if back, _, err := previous(ctx, r.Store, kept, t, found.made[t.Name]); err != nil {
			return nil, err
		} else if back != nil && len(table.Strange) == 0 {
			table.Previous = true
		}
		v.Tables = append(v.Tables, table)
	}
	v.remember(o, r.Lake)
	return v, nil
}

// glance finds out what can be told of the lake without reading a table, and
// of which files that is not enough to be sure.
func (r *Runner) glance(ctx context.Context) (found *survey, unread map[string]bool, err error) {
	g := glanceAt(r.Store)
	g.unread = map[string]bool{}
	found, err = g.survey(ctx, r.publisher(), r.Lake, nil)
	return found, g.unread, err
}

// manifest is what is known of a table, or nil.
func (k known) manifest(t *Table) *Manifest {
	if t.IsLanding() {
		return k.landing[t.Name].manifest
	}
	return k.manifests[t.Name]
}

// view describes a table as it was found.
func (o *observation) view(t *Table, unread map[string]bool) TableView {
	files := o.files[t.Name]
	v := TableView{Strange: o.strangers(t)}
	v.TableRecord = TableRecord{
		Table: t.Name, Zone: t.Zone, Files: len(files), Bytes: size(files), Missing: len(files) == 0, Notes: []string{},
	}
	for _, f := range files {
		if f.ModTime.After(v.Changed) {
			v.Changed = f.ModTime
		}
	}
	m := o.manifest(t)
	if m == nil {
		return v
	}
	v.Run, v.Funnel, v.Columns = m.Run, m.Funnel, columnsOf(t, m)
	v.Known = !slices.ContainsFunc(files, func(f File) bool { return unread[f.Name] })
	if v.Known {
		v.Rows, v.Rejected, v.RejectedBytes, v.Uncounted = m.Rows, m.Rejected, m.RejectedBytes, m.Uncounted
		v.skip(o.landing[t.Name].skipped)
		v.Notes = append(v.Notes, m.Notes...)
	}
	return v
}

// remember adds to the tables what can be told of all of them together, and
// what past runs say of them.
func (v *View) remember(o *observation, lake *Lake) {
	stale := o.stale(lake)
	counts := &Record{}
	for i := range v.Tables {
		v.Tables[i].Stale = stale[v.Tables[i].Table]
		counts.Tables = append(counts.Tables, v.Tables[i].TableRecord)
	}
	counts.expect(lake)
	for i := range v.Tables {
		table := &v.Tables[i]
		table.Expected = counts.Tables[i].Expected
		table.Trend = v.trend(table.Table)
		if m := o.manifest(lake.Table(table.Table)); table.Known && !m.RolledBack {
			table.judge(v.Runs)
		}
	}
}

// trend returns the rows that a table had at the end of the runs that knew it.
func (v *View) trend(name string) []int64 {
	var rows []int64
	for _, r := range slices.Backward(v.Runs) {
		if t := r.Table(name); t != nil && !t.Missing && !slices.Contains(t.Notes, notCounted) {
			rows = append(rows, t.Rows)
		}
	}
	return rows
}

// judge takes over what the newest run with checks of the table has found. A
// run that made another version since has taken away their ground.
func (t *TableView) judge(runs []*Record) {
	for _, r := range runs {
		var warnings []CheckRecord
		checked := false
		for _, c := range r.Checks {
			if c.Table != t.Table {
				continue
			}
			checked = true
			switch {
			case t.Run > r.Run: // a later run made the table
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
		if checked {
			t.Failing = append(t.Failing, warnings...)
			return
		}
	}
}
