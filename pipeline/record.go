package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stedi/pipeline/ndjson"
	"stedi/pipeline/printable"
)

// Record is the record of a run, stored as run.json and printed by --output
// json. Later versions of its schema only add fields.
type Record struct {
	Schema   string        `json:"schema"` // stedi.run/1
	Run      string        `json:"run"`
	Status   string        `json:"status"` // running, ok, data_failed, failed, cancelled; of a past run also interrupted (killed) or damaged
	ExitCode int           `json:"exit_code"`
	Error    string        `json:"error,omitempty"`
	Remedy   string        `json:"remedy,omitempty"` // how to fix the error; its text ends with it
	Engine   string        `json:"engine"`
	Profile  []string      `json:"profile"`
	Lake     string        `json:"lake"`
	Selected []string      `json:"selected,omitempty"` // as given by the user; empty means all
	Started  time.Time     `json:"started"`
	Seconds  float64       `json:"seconds"`
	Tables   []TableRecord `json:"tables"`
	Steps    []StepRecord  `json:"steps"`
	Checks   []CheckRecord `json:"checks"`
	Tally    *Tally        `json:"tally,omitempty"` // of the checks, if there are any
	// Spending is what a service charged for counts and checks outside of steps.
	Spending *SpendingRecord `json:"spending,omitempty"`
	// Total is what a service charged for the steps and for the rest.
	Total *Total `json:"total,omitempty"`
}

// RecordSchema is the version of the record.
const RecordSchema = "stedi.run/1"

// TableRecord describes a table at the end of a run.
type TableRecord struct {
	Table    string   `json:"table"`
	Zone     string   `json:"zone"`
	Rows     int64    `json:"rows"`
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
	Rejected int64    `json:"rejected"`           // rejected lines
	Expected *int64   `json:"expected,omitempty"` // if the landing counts are known
	Missing  bool     `json:"missing,omitempty"`  // never built
	Stale    string   `json:"stale,omitempty"`    // why the table is out of date
	Notes    []string `json:"notes"`

	RejectedBytes   int64    `json:"rejected_bytes,omitempty"`   // bytes of the rejected lines and of the following files
	Uncounted       int64    `json:"uncounted_lines,omitempty"`  // rejected lines that may hold any number of rows
	SkippedFiles    []string `json:"skipped_files,omitempty"`    // not read, as requested
	UnreadableFiles []string `json:"unreadable_files,omitempty"` // unreadable

	// Origin says who built a derived table; empty for a landing table and for
	// a missing one.
	Origin Origin `json:"origin,omitempty"`

	MadeBy  string         `json:"made_by,omitempty"` // the run that made the file; of a landing table none did
	Columns []ColumnRecord `json:"columns,omitempty"` // unless the file was built by an older SQL
}

// ColumnRecord is a column of a table.
type ColumnRecord struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// StepRecord is the outcome of a transform in a run.
type StepRecord struct {
	Table        string   `json:"table"`
	State        State    `json:"state"`
	Reason       string   `json:"reason,omitempty"`
	Rows         int64    `json:"rows"`
	Bytes        int64    `json:"bytes"`
	Seconds      float64  `json:"seconds"`
	Funnel       Funnel   `json:"funnel"`
	QueryIDs     []string `json:"query_ids"`
	ScannedBytes int64    `json:"scanned_bytes"`
	DPUSeconds   float64  `json:"dpu_seconds,omitempty"` // of Glue, as they are billed
	CostUSD      float64  `json:"cost_usd"`
	// Estimate is what the step was expected to use.
	Estimate *Estimate `json:"estimate,omitempty"`
	Error    string    `json:"error,omitempty"`
}

// AddSpending adds spending to the step.
func (s *StepRecord) AddSpending(spending Spending) {
	s.QueryIDs = append(s.QueryIDs, spending.QueryIDs...)
	s.ScannedBytes += spending.ScannedBytes
	s.DPUSeconds += spending.DPUSeconds
	s.CostUSD += spending.CostUSD
}

// SpendingRecord is what a service charged for.
type SpendingRecord struct {
	QueryIDs     []string `json:"query_ids"`
	ScannedBytes int64    `json:"scanned_bytes"`
	CostUSD      float64  `json:"cost_usd"`
	// Estimate is what the counts and checks were expected to use.
	Estimate *Estimate `json:"estimate,omitempty"`
}

// Spend adds what an engine has spent outside of steps, and what it was expected
// to spend, if that is known.
func (r *Record) Spend(spending Spending, expected *Estimate) {
	if len(spending.QueryIDs) == 0 {
		return
	}
	if r.Spending == nil {
		r.Spending = &SpendingRecord{}
	}
	r.Spending.QueryIDs = append(r.Spending.QueryIDs, spending.QueryIDs...)
	r.Spending.ScannedBytes += spending.ScannedBytes
	r.Spending.CostUSD += spending.CostUSD
	r.Spending.Estimate = expected
}

// Spent says what a run or a check has cost, as the function Spent does.
func (r *Record) Spent() string {
	if r.Spending == nil {
		return Spent(r.Steps...)
	}
	checks := StepRecord{ScannedBytes: r.Spending.ScannedBytes, CostUSD: r.Spending.CostUSD}
	return Spent(append([]StepRecord{checks}, r.Steps...)...)
}

// Spent says what steps have cost on a remote engine, such as "9.4 MB scanned,
// $0.00015"; "" if nothing.
func Spent(steps ...StepRecord) string {
	var all Spending
	for _, s := range steps {
		all.ScannedBytes += s.ScannedBytes
		all.DPUSeconds += s.DPUSeconds
		all.CostUSD += s.CostUSD
	}
	var parts []string
	if all.DPUSeconds > 0 {
		parts = append(parts, fmt.Sprintf("%.0f DPU-seconds", all.DPUSeconds))
	}
	if all.ScannedBytes > 0 {
		parts = append(parts, fmt.Sprintf("%.1f MB scanned", float64(all.ScannedBytes)/1e6))
	}
	if all.CostUSD > 0 {
		parts = append(parts, fmt.Sprintf("$%.5f", all.CostUSD))
	}
	return strings.Join(parts, ", ")
}

// NewRecord starts the record of a run or a check of the lake.
func NewRecord(r *Runner, began time.Time) *Record {
	return &Record{
		Schema: RecordSchema, Status: "running", Engine: r.Engine.Name(), Profile: append([]string{}, r.Lake.Profiles...),
		Lake: r.Root, Started: began.UTC(), Tables: []TableRecord{}, Steps: []StepRecord{}, Checks: []CheckRecord{},
	}
}

// Fill copies the counts of a report.
func (t *TableRecord) Fill(report ndjson.Report) {
	t.Rows, t.Files, t.Bytes, t.Rejected, t.RejectedBytes = report.Rows, len(report.Files), report.Bytes, report.Rejected, report.RejectedBytes
	t.Uncounted = LossesOf(report).Uncounted
	for _, r := range report.Rejects {
		if r.Whole() {
			t.UnreadableFiles = append(t.UnreadableFiles, r.File)
		}
	}
	for _, f := range report.Files {
		if slices.Contains(t.UnreadableFiles, f.Name) {
			t.RejectedBytes += f.Size
		}
	}
	for _, note := range report.Notes {
		t.Notes = append(t.Notes, note.Text)
	}
}

// Skip adds files of the table that were not read.
func (t *TableRecord) Skip(files []File) {
	t.SkippedFiles = append(t.SkippedFiles, FileNames(files)...)
	t.RejectedBytes += Size(files)
}

// Readable is the name of the check that all of a table can be read.
const Readable = "readable"

// ExpectedRows is the name of the check of a table's count.
const ExpectedRows = "expected_rows"

// CheckRecord is the result of a check.
type CheckRecord struct {
	Check     string   `json:"check"`
	Table     string   `json:"table"`
	Severity  string   `json:"severity"` // error or warning; a warning does not fail the run
	State     string   `json:"state"`    // pass, fail, skipped
	Failing   int64    `json:"failing"`
	Message   string   `json:"message"`
	Diagnosis []string `json:"diagnosis"`
	// NotApplicable says of a skipped check that it does not concern the table:
	// nothing about the lake stays open because of it.
	NotApplicable bool `json:"not_applicable,omitempty"`
	// Why, if not empty, is written as the diagnosis instead of the texts: what
	// package diagnose knows of the table.
	Why []any `json:"-"`
}

// MarshalJSON writes a check with what is known of its table.
func (c CheckRecord) MarshalJSON() ([]byte, error) {
	type plain CheckRecord
	if len(c.Why) == 0 {
		return json.Marshal(plain(c))
	}
	return json.Marshal(struct {
		plain

		Why []any `json:"diagnosis"`
	}{plain(c), c.Why})
}

// End writes the outcome of the run into the record.
func (r *Record) End(now time.Time, err error) {
	r.Seconds = now.Sub(r.Started).Seconds()
	r.Total = r.total()
	kind := KindOf(err)
	tally := r.CountChecks()
	if kind == Done && tally.Failed > 0 {
		kind = BadData
	}
	if len(r.Checks) > 0 {
		r.Tally = &tally
	}
	r.ExitCode = int(kind)
	switch kind {
	case Done:
		r.Status = "ok"
	case BadData:
		r.Status = "data_failed"
	case HungUp, Cancelled, Quit, Aborted, Terminated:
		r.Status = "cancelled"
	default:
		r.Status = "failed"
	}
	if err != nil {
		r.Error = err.Error()
	}
	if f, ok := errors.AsType[*Failure](err); ok && strings.HasSuffix(r.Error, f.Fix) {
		r.Remedy = f.Fix
	}
}

// Expect compares the row counts of the tables with the expectations. A data
// set is identified by its rows, or by the sum of its rows and rejected lines.
// In the latter case derived tables may lack rows, which is a warning.
func (r *Record) Expect(lake *Lake) {
	readable, all := map[string]int64{}, map[string]int64{}
	for _, t := range r.Tables {
		if t.Zone == Landing {
			readable[t.Table], all[t.Table] = t.Rows, t.Rows+t.Rejected
		}
	}
	expected, lacking := lake.Expect(readable), false
	if expected == nil {
		expected, lacking = lake.Expect(all), true
	}
	if expected == nil {
		return
	}
	for i := range r.Tables {
		t := &r.Tables[i]
		if want, ok := expected[t.Table]; ok {
			t.Expected = &want
			r.Checks = append(r.Checks, t.expectRows(want, lacking))
		}
	}
}

// Absence says why a missing table has no rows: no transform builds landing.
func (t *TableRecord) Absence() string {
	if t.Zone == Landing {
		return "no file"
	}
	return "not built"
}

// expectRows checks the row count of a table.
func (t *TableRecord) expectRows(want int64, lacking bool) CheckRecord {
	check := CheckRecord{Check: ExpectedRows, Table: t.Table, Severity: "error", State: "pass", Diagnosis: []string{}}
	switch {
	case t.Missing:
		check.State, check.Message = "skipped", "the table has not been built"
	case t.Stale != "":
		check.State, check.Message = "skipped", "the table is stale: "+t.Stale
	case t.Rows == want:
	case lacking:
		check.State, check.Severity, check.Failing = "fail", "warning", max(t.Rows-want, want-t.Rows)
		check.Message = otherRows(want, t.Rows) + "; rejected lines are left out"
	default:
		check.State, check.Failing, check.Message = "fail", max(t.Rows-want, want-t.Rows), otherRows(want, t.Rows)
	}
	return check
}

func otherRows(want, found int64) string {
	return "expected " + printable.Thousands(want) + " rows for this data set, found " + printable.Thousands(found)
}

// Table returns the record of a table, or nil.
func (r *Record) Table(name string) *TableRecord {
	i := slices.IndexFunc(r.Tables, func(t TableRecord) bool { return strings.EqualFold(t.Table, name) })
	if i < 0 {
		return nil
	}
	return &r.Tables[i]
}

// Step returns the record of a table's transform, or nil.
func (r *Record) Step(table string) *StepRecord {
	i := slices.IndexFunc(r.Steps, func(s StepRecord) bool { return strings.EqualFold(s.Table, table) })
	if i < 0 {
		return nil
	}
	return &r.Steps[i]
}

// NotCounted is the note of a table whose rows a cancelled run did not count.
const NotCounted = "not counted: the run was cancelled"

// NotRead is the note of a landing table whose rows a run could not count.
const NotRead = "not counted: its files could not be read"

// IsCounted reports whether a run has counted the rows of a table.
func (t *TableRecord) IsCounted() bool {
	return !slices.Contains(t.Notes, NotCounted) && !slices.Contains(t.Notes, NotRead)
}
