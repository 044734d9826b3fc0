// Package review judges a submission of a course project from its text: which
// items of the rubric pass, and what its code would give. It executes nothing of
// the submission.
package review

import (
	"cmp"
	"slices"
	"strconv"
)

// Schema is the schema of the JSON report.
const Schema = "stedi.review/1"

// Result is the result of an item.
type Result string

// The results of an item.
const (
	Pass    Result = "pass"
	Fail    Result = "fail"
	Warn    Result = "warn"
	Unknown Result = "unknown" // a person has to look
)

// Report is the review of one or more targets.
type Report struct {
	Schema  string   `json:"schema"`
	Targets []Target `json:"targets"`
}

// Failed returns how many targets have an item that fails.
func (r *Report) Failed() int {
	n := 0
	for i := range r.Targets {
		if r.Targets[i].Count(Fail) > 0 {
			n++
		}
	}
	return n
}

// Target is the review of one submission.
type Target struct {
	Target  string  `json:"target"`
	Version string  `json:"version"` // of the project: v1 is that of 2022, v2 today's; "": there was nothing to judge
	Tables  []Table `json:"tables"`
	Items   []Item  `json:"items"`

	Note     string   `json:"reviewer_note,omitempty"`     // of the reviewer, on the target
	Unplaced []string `json:"reviewer_unplaced,omitempty"` // items that have a note, and are not in this review

	Pictures []Image `json:"-"` // for the page
	// Source returns the text of a file of the submission, or "".
	Source func(file string) string `json:"-"`
}

// Count returns how many items have a result.
func (t *Target) Count(result Result) int {
	n := 0
	for i := range t.Items {
		if t.Items[i].Result == result {
			n++
		}
	}
	return n
}

// Table is what the code of the submission gives for a derived table.
type Table struct {
	Table             string   `json:"table"`
	Scripts           []string `json:"scripts"`
	Understood        bool     `json:"understood"` // the whole script was understood
	Rows              *int64   `json:"rows"`       // null: not known
	WouldFail         string   `json:"would_fail"` // why the job would fail, or ""
	RowsOnRightInputs *int64   `json:"rows_on_right_inputs"`
	Claimed           []Claim  `json:"claimed"`

	Expected int64   `json:"-"`
	Funnel   []Stage `json:"-"`
}

// Stage is a step of a job with its rows.
type Stage struct {
	Name string
	Rows int64
}

// Claim is a count that the submission states.
type Claim struct {
	Rows  int64  `json:"rows"`
	Where string `json:"where"` // file:line, or the name of a picture
	Read  bool   `json:"machine_read,omitempty"`
}

// Item is the result of an item of the rubric.
type Item struct {
	ID       string `json:"id"`
	Result   Result `json:"result"`
	Where    string `json:"where"` // file:line, a file, or ""
	Message  string `json:"message"`
	Feedback string `json:"feedback"`

	Reviewer *Decision `json:"reviewer,omitempty"` // nil: the reviewer says nothing

	Title string   `json:"-"`
	Table string   `json:"-"`
	Code  []string `json:"-"` // lines around where, numbered
}

// Image is a picture of the submission.
type Image struct {
	Name  string
	Table string // that it shows by its name, or ""
	Data  func() ([]byte, error)
}

// Worst returns the worst of the results: fail, warn, unknown, pass.
func Worst(items []Item) Result {
	worst := Pass
	for i := range items {
		if rank(items[i].Result) > rank(worst) {
			worst = items[i].Result
		}
	}
	return worst
}

func rank(r Result) int {
	return slices.Index([]Result{Pass, Unknown, Warn, Fail}, r)
}

// at joins a file and a line.
func at(file string, line int) string {
	if file == "" || line <= 0 {
		return file
	}
	return file + ":" + strconv.Itoa(line)
}

// first returns the first place that is not empty.
func first(places ...string) string { return cmp.Or(places...) }
