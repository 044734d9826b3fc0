package pipeline

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"stedi/pipeline/ndjson"
)

// Hash stands for the content of a table.
type Hash = ndjson.Hash

// fetchesAtOnce bounds how many files are asked for at a time. A local store
// answers at once; one in a bucket waits for the network.
const fetchesAtOnce = 16

// prepare makes a table ready for an engine: its files are fetched unless the
// engine reads the table in place.
func prepare(ctx context.Context, inPlace bool, store Store, t *Table, files []File) (Input, error) {
	if inPlace {
		return Input{Table: t}, nil
	}
	return fetchInput(ctx, store, t, files)
}

func fetchInput(ctx context.Context, store Store, t *Table, files []File) (Input, error) {
	input := Input{Table: t, Files: make([]ndjson.File, len(files))}
	group, fetching := errgroup.WithContext(ctx)
	group.SetLimit(fetchesAtOnce)
	for i, f := range files {
		group.Go(func() error {
			path, err := store.Fetch(fetching, f)
			input.Files[i] = ndjson.File{Path: path, Name: f.Name, Size: f.Size}
			return err
		})
	}
	return input, group.Wait()
}

// judgeInputs decides whether what a job has read may be used, and remembers
// what it was.
func (r *run) judgeInputs(ctx context.Context, job Job, result Result) error {
	for _, input := range job.Inputs {
		report, ok := result.Reports[input.Table.Name]
		if !ok {
			continue
		}
		if !input.Table.IsLanding() {
			if err := r.unchanged(input.Table, report); err != nil {
				return err
			}
			continue
		}
		if err := r.read(ctx, input.Table, report); err != nil {
			return err
		}
	}
	return nil
}

// unchanged makes sure that a table of ours still was what its manifest says
// while it was read.
func (r *run) unchanged(t *Table, report ndjson.Report) error {
	m := r.manifests[t.Name]
	for i, f := range report.Files {
		// Of what a remote engine wrote, the store has compared the identity.
		if known := m.Files[i].Hash; len(report.Rejects) > 0 || known != (Hash{}) && known != f.Hash {
			return Fail(Conflict, t.Name, "Run again.", "%s changed while it was read", f.Name)
		}
	}
	return nil
}

// read takes the report of a landing table that was read to its end.
func (r *run) read(ctx context.Context, t *Table, report ndjson.Report) error {
	r.readings[t.Name] = report
	if err := judge(t, report, r.options.Allow, r.options.AllowEmpty); err != nil {
		return err
	}
	state := r.landing[t.Name]
	listed, err := r.store.List(ctx, t.Path)
	if err != nil {
		return err
	}
	if now, _ := r.options.Allow.Split(listed); !slices.EqualFunc(state.files, now, File.Same) {
		return Fail(BadEngine, t.Name, "Run again when no other program writes there.", "the files in %s changed while they were read", t.Path)
	}
	if err := r.keepRejects(ctx, t, report.Rejects); err != nil {
		return err
	}
	m := landingManifest(r.id, t, state, report)
	if err := writeJSON(ctx, r.store, landingName(t.Name), m); err != nil {
		return err
	}
	state.manifest = &m
	r.landing[t.Name] = state
	return nil
}

// keepRejects lays the rejected lines into the run's folder, as they were.
func (r *run) keepRejects(ctx context.Context, t *Table, rejects []ndjson.Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	var text []byte
	for _, reject := range rejects {
		line := struct {
			File   string `json:"file"`
			Line   int64  `json:"line"`
			Column int    `json:"column"`
			Reason string `json:"reason"`
			Raw    string `json:"raw,omitempty"`
			Base64 string `json:"raw_base64,omitempty"` // when it is no UTF-8
		}{File: reject.File, Line: reject.Line, Column: reject.Column, Reason: reject.Reason}
		if utf8.Valid(reject.Raw) {
			line.Raw = string(reject.Raw)
		} else {
			line.Base64 = base64.StdEncoding.EncodeToString(reject.Raw)
		}
		encoded, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("%s: keeping rejects: %w", t.Name, err)
		}
		text = append(append(text, encoded...), '\n')
	}
	if !slices.Contains(r.history.Rejects, r.id) {
		r.history.Rejects = append(r.history.Rejects, r.id)
		if err := writeJSON(ctx, r.store, historyName, r.history); err != nil {
			return err
		}
	}
	return r.store.Put(ctx, runFolder(r.id)+"/rejects/"+t.Name+".ndjson", text)
}

// describe lists all tables as they are now, and marks what is stale. A
// landing table that no step has read is read for its count.
func (r *run) describe(ctx context.Context) error {
	r.record.Tables = r.record.Tables[:0]
	stale := r.stale(r.lake)
	for _, t := range r.lake.Tables {
		record := TableRecord{Table: t.Name, Zone: t.Zone, Stale: stale[t.Name], Notes: []string{}}
		m := r.manifests[t.Name]
		if t.IsLanding() {
			m = r.landing[t.Name].manifest
		} else if m != nil {
			record.MadeBy = m.Run
		}
		if m != nil {
			record.Rows, record.Files, record.Bytes, record.Rejected, record.RejectedBytes = m.Rows, len(m.Files), m.Bytes, m.Rejected, m.RejectedBytes
			record.Uncounted = m.Uncounted
			record.Notes = append(record.Notes, m.Notes...)
			record.Columns = columnsOf(t, m)
		} else if err := r.unread(ctx, t, &record); err != nil {
			return err
		}
		record.skip(r.landing[t.Name].skipped)
		r.record.Tables = append(r.record.Tables, record)
	}
	return nil
}

// notCounted is the note of a table whose rows the run did not get to know.
const notCounted = "not counted: the run was cancelled"

// unread describes a table without a manifest.
func (r *run) unread(ctx context.Context, t *Table, record *TableRecord) error {
	files := r.landing[t.Name].files
	if len(files) == 0 {
		record.Missing = true
		return nil
	}
	report, ok := r.readings[t.Name]
	if stopped := ctx.Err() != nil; stopped && !ok {
		record.Notes = append(record.Notes, notCounted)
		record.Files = len(files)
		return nil
	}
	if !ok {
		input, err := prepare(ctx, r.engine.Capabilities().ChecksInPlace, r.store, t, files)
		if err != nil {
			return err
		}
		if report, err = r.engine.Scan(ctx, input, func(Progress) {}); err != nil {
			return named(t.Name, asDataFailure(ctx, Job{Table: t, Inputs: []Input{input}}, err))
		}
	}
	record.fill(report)
	return nil
}

// AtHand returns the tables that have files, by name, managed or not: what
// a query can read at this moment.
func AtHand(ctx context.Context, store Store, lake *Lake, allow Allowance) (map[string]Input, error) {
	listed, err := ListTables(ctx, store, lake, allow)
	if err != nil {
		return nil, err
	}
	return FetchTables(ctx, store, lake, listed, slices.Collect(maps.Keys(listed))...)
}

// Listing is the files of a table: those that are read, and those that are not.
type Listing struct{ Files, Skipped []File }

// ListTables returns the files of the tables that have any, by table.
func ListTables(ctx context.Context, store Files, lake *Lake, allow Allowance) (map[string]Listing, error) {
	if err := allow.verify(ctx, store, lake); err != nil {
		return nil, err
	}
	listed := map[string]Listing{}
	for _, t := range lake.Tables {
		files, err := store.List(ctx, t.Path)
		if err != nil {
			return nil, err
		}
		var l Listing
		if l.Files = files; t.IsLanding() {
			l.Files, l.Skipped = allow.Split(files)
		}
		if err := emptied(t, l.Files, l.Skipped); err != nil {
			return nil, err
		}
		if len(files) > 0 {
			listed[t.Name] = l
		}
	}
	return listed, nil
}

// FetchTables makes inputs of listed tables. Only the files of those that are
// wanted are fetched; of the others it is said that they are there, no more.
func FetchTables(ctx context.Context, store Store, lake *Lake, listed map[string]Listing, wanted ...string) (map[string]Input, error) {
	inputs := map[string]Input{}
	for name := range listed {
		inputs[name] = Input{Table: lake.Table(name)}
	}
	for _, name := range wanted {
		t := lake.Table(name)
		if t == nil {
			continue // the reader reports that there is none
		}
		input, err := fetchInput(ctx, store, t, listed[t.Name].Files)
		if err != nil {
			return nil, err
		}
		input.Skipped = fileNames(listed[t.Name].Skipped)
		inputs[t.Name] = input
	}
	return inputs, nil
}
