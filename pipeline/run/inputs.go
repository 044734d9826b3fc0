package run

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// judgeInputs decides whether what a job has read may be used, and stores the
// reports.
func (r *run) judgeInputs(ctx context.Context, job pipeline.Job, result pipeline.Result) error {
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

// unchanged makes sure that a managed table still matched its manifest while it
// was read.
func (r *run) unchanged(t *pipeline.Table, report ndjson.Report) error {
	m := r.Manifests[t.Name]
	for i, f := range report.Files {
		// For files of a remote engine, the store has compared the identity.
		if known := m.Files[i].Hash; len(report.Rejects) > 0 || known != (pipeline.Hash{}) && known != f.Hash {
			return pipeline.Fail(pipeline.Conflict, t.Name, "Run again.", "%s changed while it was read", f.Name)
		}
	}
	return nil
}

// read stores the report of a landing table that was read completely.
func (r *run) read(ctx context.Context, t *pipeline.Table, report ndjson.Report) error {
	r.readings[t.Name] = report
	if err := r.landingChanged(ctx, t); err != nil {
		return r.cannotRead(ctx, t, err)
	}
	if failure := check.LacksKey(ctx, r.lake, r.store, t, r.Landing[t.Name].Files, report); failure != nil {
		return failure
	}
	if err := state.Judge(t, report, r.options.Allow, r.options.AllowEmpty); err != nil {
		return err
	}
	if err := r.keepRejects(ctx, t, report.Rejects); err != nil {
		return err
	}
	found := r.Landing[t.Name]
	m := state.LandingManifest(r.id, t, found, report)
	if err := state.WriteJSON(ctx, r.store, state.LandingName(t.Name), m); err != nil {
		return err
	}
	found.Manifest = &m
	r.Landing[t.Name] = found
	return nil
}

// keepRejects writes the rejected lines unchanged to the run's folder.
func (r *run) keepRejects(ctx context.Context, t *pipeline.Table, rejects []ndjson.Reject) error {
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
			Base64 string `json:"raw_base64,omitempty"` // if it is not UTF-8
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
		if err := state.WriteJSON(ctx, r.store, state.HistoryName, r.history); err != nil {
			return err
		}
	}
	return r.store.Put(ctx, state.RunFolder(r.id)+"/rejects/"+t.Name+".ndjson", text)
}

// describe records the current state of all tables, and marks those that are
// stale. It reads a landing table that no step has read to count its rows.
func (r *run) describe(ctx context.Context) error {
	r.record.Tables = r.record.Tables[:0]
	stale := r.Stale(r.lake)
	for _, t := range r.lake.Tables {
		record := pipeline.TableRecord{Table: t.Name, Zone: t.Zone, Stale: stale[t.Name], Notes: []string{}}
		m := r.Manifests[t.Name]
		if t.IsLanding() {
			m = r.Landing[t.Name].Manifest
		} else if m != nil {
			record.MadeBy, record.Origin = m.Run, pipeline.Managed
		}
		if m != nil {
			record.Rows, record.Files, record.Bytes, record.Rejected, record.RejectedBytes = m.Rows, len(m.Files), m.Bytes, m.Rejected, m.RejectedBytes
			record.Uncounted = m.Uncounted
			record.Notes = append(record.Notes, m.Notes...)
			record.Columns = pipeline.ColumnsOf(t, m)
		} else if err := r.unread(ctx, t, &record); err != nil {
			return err
		}
		record.Skip(r.Landing[t.Name].Skipped)
		r.record.Tables = append(r.record.Tables, record)
	}
	return nil
}

// unread describes a table without a manifest.
func (r *run) unread(ctx context.Context, t *pipeline.Table, record *pipeline.TableRecord) error {
	files := r.Landing[t.Name].Files
	if len(files) == 0 {
		record.Missing = true
		return nil
	}
	report, ok := r.readings[t.Name]
	if stopped := ctx.Err() != nil; stopped && !ok {
		record.Notes = append(record.Notes, pipeline.NotCounted)
		record.Files = len(files)
		return nil
	}
	if !ok && r.unreadable[t.Name] {
		record.Notes = append(record.Notes, pipeline.NotRead)
		record.Files = len(files)
		return nil
	}
	if !ok {
		input, err := r.stored(ctx, t, r.engine.Capabilities().ChecksInPlace)
		if err != nil {
			return err
		}
		if report, err = r.engine.Scan(ctx, input, func(pipeline.Progress) {}); err != nil {
			job := pipeline.Job{Table: t, Inputs: []pipeline.Input{input}}
			return pipeline.Named(t.Name, r.cannotReadInput(ctx, job, pipeline.AsDataFailure(ctx, job, err)))
		}
		r.readings[t.Name] = report
	}
	record.Fill(report)
	return nil
}
