package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
	"stedi/pipeline/printable"
)

// Allowance states what a reader may leave out of landing tables. The zero
// value allows nothing.
type Allowance struct {
	Limit
	// SkipFiles are the names in the lake of files that are not read at all. A
	// file that cannot be read is left out only if it is listed here.
	SkipFiles []string
}

// Limit states how many lines of a landing table may be rejected.
type Limit struct {
	Count   int64
	Percent float64 // used when not 0
}

func (l Limit) String() string {
	if l.Percent > 0 {
		return fmt.Sprintf("%g%%", l.Percent)
	}
	return printable.Thousands(l.Count)
}

// None reports whether nothing may be skipped.
func (a Allowance) None() bool { return a.Limit == Limit{} && len(a.SkipFiles) == 0 }

// skipName returns a name of SkipFiles in the form that stores use.
func skipName(name string) string { return path.Clean(filepath.ToSlash(name)) }

// Split divides the files of a landing table into those to read and those to
// skip.
func (a Allowance) Split(files []File) (read, skipped []File) {
	if len(a.SkipFiles) == 0 {
		return files, nil
	}
	for _, f := range files {
		if slices.ContainsFunc(a.SkipFiles, func(name string) bool { return skipName(name) == f.Name }) {
			skipped = append(skipped, f)
		} else {
			read = append(read, f)
		}
	}
	return read, skipped
}

// Verify returns an error unless each of SkipFiles is a file of a landing
// table.
func (a Allowance) Verify(ctx context.Context, store Files, lake *Lake) error {
	if len(a.SkipFiles) == 0 {
		return nil
	}
	var names []string
	for _, t := range lake.Tables {
		if !t.IsLanding() {
			continue
		}
		files, err := store.List(ctx, t.Path)
		if err != nil {
			return err
		}
		names = append(names, FileNames(files)...)
	}
	for _, name := range a.SkipFiles {
		if slices.Contains(names, skipName(name)) {
			continue
		}
		fix := "Give the path of the file in the lake, as in error messages."
		if near := Nearest(name, names); near != "" {
			fix = "Did you mean " + near + "? " + fix
		}
		return Fail(BadUsage, "", fix, "--skip-file %s: no landing table has this file", name)
	}
	return nil
}

// FileNames returns the names of files.
func FileNames(files []File) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

// Emptied returns an error if all files of a table are skipped.
func Emptied(t *Table, read, skipped []File) error {
	if len(read) > 0 || len(skipped) == 0 {
		return nil
	}
	return Fail(BadData, t.Name, "Repair one of them and do not skip it.", "--skip-file skips every file of the table: %s", strings.Join(firstFew(FileNames(skipped)), ", "))
}

// Losses returns what the manifest records as left out.
func (m *Manifest) Losses() Losses {
	return Losses{rows: m.Rows, Text: m.Text, Lines: m.Rejected, Bytes: m.RejectedBytes, Uncounted: m.Uncounted}
}

// Allows reports whether the losses are within the limit. A file that cannot be
// read never is. Lines that may hold any number of rows exceed every limit in
// lines; a limit in percent applies to their share of the bytes.
func (l Limit) Allows(lost Losses) bool {
	switch {
	case lost.broken > 0:
		return false
	case l.Percent == 0:
		return lost.Uncounted == 0 && lost.Lines <= l.Count
	case lost.Uncounted > 0:
		return float64(lost.Bytes)*100 <= l.Percent*float64(lost.Text)
	default:
		return float64(lost.Lines)*100 <= l.Percent*float64(lost.Lines+lost.rows)
	}
}

// Accept returns nil if the allowance covers what is missing from a table, and
// otherwise a Failure that states what cannot be read, where and why. Every
// line of a derived table must be readable.
func (a Allowance) Accept(t *Table, report ndjson.Report) error {
	lost, limit := LossesOf(report), a.of(t)
	switch {
	case limit.Allows(lost):
		return nil
	case lost.broken > 0:
		return unreadableFiles(t, report, lost)
	case !t.IsLanding():
		return Fail(BadData, t.Name, "Rebuild it with --force, or roll it back.", "%s cannot be read:\n  %s",
			Counted(lost.Lines, "line"), strings.Join(FirstOf(report.Rejects), "\n  "))
	case lost.Uncounted > 0:
		return uncountedLines(t, report, limit, lost)
	}
	fix := "Fix these lines."
	if repair := report.Repair(); repair != "" {
		fix = repair
	} else if fewLost(report) {
		fix = fmt.Sprintf("Fix these lines, or skip them with --max-rejects %d.", lost.Lines)
	}
	return Fail(BadData, t.Name, fix, "%s of %s lines rejected, %s allowed:\n  %s",
		printable.Thousands(lost.Lines), printable.Thousands(lost.Lines+lost.rows), limit, strings.Join(FirstOf(report.Rejects), "\n  "))
}

// Exceeded reports, of a table that is still being read, whether more was rejected
// already than any end of it could allow.
func (a Allowance) Exceeded(t *Table, scan *ndjson.Scan) bool {
	all, uncounted := scan.Refused()
	limit := a.of(t)
	return all > 0 && limit.Percent == 0 && (uncounted > 0 || all > limit.Count)
}

// of returns the limit of a table. A derived table has a limit of zero.
func (a Allowance) of(t *Table) Limit {
	if t.IsLanding() {
		return a.Limit
	}
	return Limit{}
}

// fewLost reports whether so few lines are rejected that leaving them out
// empties no table: at most half of its lines, and at most half of each file
// that holds a tenth of the lines or more.
func fewLost(report ndjson.Report) bool {
	return report.Rejected <= report.Rows && !slices.ContainsFunc(report.Files, func(f ndjson.FileReport) bool {
		return f.Rejected > f.Rows && f.Rejected*10 > report.Rejected+report.Rows
	})
}

// unreadableFiles returns the failure for files that cannot be read.
func unreadableFiles(t *Table, report ndjson.Report, lost Losses) error {
	var whole []ndjson.Reject
	for _, r := range report.Rejects {
		if r.Whole() {
			whole = append(whole, r)
		}
	}
	bytes := int64(0)
	for _, f := range report.Files {
		if slices.ContainsFunc(whole, func(r ndjson.Reject) bool { return r.File == f.Name }) {
			bytes += f.Size
		}
	}
	what := Counted(lost.broken, "file") + " cannot be read"
	if len(report.Files) > 1 {
		what = fmt.Sprintf("%s of %s files cannot be read, %s of the bytes", printable.Thousands(lost.broken), printable.Thousands(int64(len(report.Files))), share(bytes, report.Bytes))
	}
	fix := cmp.Or(report.Repair(), "Repair "+them(lost.broken)+".")
	switch {
	case t.IsLanding() && bytes*2 < report.Bytes:
		fix += "\n  To leave " + them(lost.broken) + " out instead: " + skipFlags(whole) + "."
	case t.IsLanding() && int(lost.broken) < len(report.Files):
		fix += "\n  Do not skip " + them(lost.broken) + ": --skip-file would leave out most of the table."
	}
	return Fail(BadData, t.Name, fix, "%s:\n  %s", what, strings.Join(FirstOf(report.Unadvised(whole)), "\n  "))
}

// uncountedLines returns the failure for lines that may hold any number of
// rows.
func uncountedLines(t *Table, report ndjson.Report, limit Limit, lost Losses) error {
	var lines []ndjson.Reject
	for _, r := range report.Rejects {
		if r.Uncounted {
			lines = append(lines, r)
		}
	}
	allowed := "a limit of lines does not allow them"
	if limit.Percent > 0 {
		allowed = limit.String() + " allowed"
	}
	what := Counted(lost.Uncounted, "line") + " may hold any number of rows"
	if more := lost.Lines - lost.Uncounted; more > 0 {
		what = fmt.Sprintf("%s rejected, and %s", Counted(more, "line"), what)
	}
	return Fail(BadData, t.Name, "Write one object of at most 1 MiB on each line, for example with jq -c; --skip-file leaves a whole file out.",
		"%s: %s of the bytes, %s:\n  %s", what, share(lost.Bytes, lost.Text), allowed, strings.Join(FirstOf(lines), "\n  "))
}

// share returns a part as a percentage. It returns 0% and 100% only if they are
// exact.
func share(part, all int64) string {
	percent := float64(part) * 100 / float64(max(all, 1))
	switch {
	case part == 0 || part == all:
		return fmt.Sprintf("%.0f%%", percent)
	case percent < 0.1:
		return "less than 0.1%"
	default:
		return fmt.Sprintf("%.1f%%", min(percent, 99.9))
	}
}

func them(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// skipFlags returns the --skip-file flags for files.
func skipFlags(files []ndjson.Reject) string {
	var flags []string
	for _, r := range files[:min(len(files), shownRejects)] {
		flags = append(flags, "--skip-file "+ShellWord(r.File))
	}
	if more := len(files) - len(flags); more > 0 {
		flags = append(flags, "and "+printable.Thousands(int64(more))+" more")
	}
	return strings.Join(flags, " ")
}

// shownRejects is how many rejects a message shows.
const shownRejects = 5

// FirstOf describes the first few rejects with their places and causes, and
// counts the others.
func FirstOf(rejects []ndjson.Reject) []string {
	var lines []string
	for _, r := range rejects {
		lines = append(lines, r.String())
	}
	return firstFew(lines)
}

func firstFew(lines []string) []string {
	if more := len(lines) - shownRejects; more > 0 {
		return append(slices.Clone(lines[:shownRejects]), "and "+printable.Thousands(int64(more))+" more")
	}
	return lines
}

// LeftOut describes which lines and files of a table were not read.
type LeftOut struct {
	Table string `json:"table"`
	Lines int64  `json:"lines"` // rejected lines
	// Uncounted counts the rejected lines that may hold any number of rows.
	Uncounted int64    `json:"uncounted_lines,omitempty"`
	Files     []string `json:"files"`           // skipped or unreadable
	First     string   `json:"first,omitempty"` // where and why the first line or file was rejected
}

// LeftOutOf returns what is missing according to a report, together with the
// skipped files; nil if nothing is missing.
func LeftOutOf(table string, report ndjson.Report, skipped []File) *LeftOut {
	left := LeftOut{Table: table, Files: append([]string{}, FileNames(skipped)...)}
	for _, r := range report.Rejects {
		if left.First == "" {
			left.First = r.String()
		}
		switch {
		case r.Whole():
			left.Files = append(left.Files, r.File)
			continue
		case r.Uncounted:
			left.Uncounted++
		}
		left.Lines++
	}
	if left.Lines == 0 && len(left.Files) == 0 {
		return nil
	}
	return &left
}

// String returns text such as "2 lines and 1 file (t/raw/b.json) of t".
func (l LeftOut) String() string {
	var parts []string
	if l.Lines > 0 {
		lines := Counted(l.Lines, "line")
		if l.Uncounted > 0 {
			lines += fmt.Sprintf(" (%s with an unknown number of rows)", printable.Thousands(l.Uncounted))
		}
		parts = append(parts, lines)
	}
	if n := len(l.Files); n > 0 {
		parts = append(parts, fmt.Sprintf("%s (%s)", Counted(int64(n), "file"), strings.Join(firstFew(l.Files), ", ")))
	}
	return strings.Join(parts, " and ") + " of " + l.Table
}

// Missing returns one sentence about all that was left out; "" if nothing was.
func Missing(left []LeftOut) string {
	if len(left) == 0 {
		return ""
	}
	var parts []string
	for _, l := range left {
		parts = append(parts, l.String())
	}
	return "Left out: " + strings.Join(parts, "; ") + "."
}

// LeftOut lists what is missing from the tables of the record.
func (r *Record) LeftOut() []LeftOut {
	var left []LeftOut
	for _, t := range r.Tables {
		if l := t.LeftOut(); l != nil {
			left = append(left, *l)
		}
	}
	return left
}

// LeftOut returns what is missing from the table; nil if nothing is.
func (t TableRecord) LeftOut() *LeftOut {
	files := append(slices.Clone(t.SkippedFiles), t.UnreadableFiles...)
	if t.Rejected == 0 && len(files) == 0 {
		return nil
	}
	return &LeftOut{Table: t.Table, Lines: t.Rejected, Uncounted: t.Uncounted, Files: files}
}

// Counted returns "1 row", "2 rows", "81,273 rows", "2 queries", and so on.
func Counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	number := printable.Thousands(int64(n))
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.ContainsAny(stem[max(0, len(stem)-1):], "aeiou") {
		return number + " " + stem + "ies"
	}
	return number + " " + noun + "s"
}
