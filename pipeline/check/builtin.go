package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// builtIn holds a table against the rules of every lake: it exists and its
// lines can be read, it is as we left it, it is not older than what it is made
// from, it has the columns of the definition, and it holds no personal data if it
// must not.
func (i *Inspection) builtIn(ctx context.Context, t *pipeline.Table, record *pipeline.Record) error {
	table := record.Table(t.Name)
	readable := i.readable(ctx, t, table)
	if table.Missing && i.opened != nil {
		if like := i.lookalikes(ctx, t); like != "" {
			readable.Message += "; " + like
		}
	}
	record.Checks = append(record.Checks, readable)
	if t.IsLanding() {
		return nil
	}
	record.Checks = append(record.Checks, i.unchanged(t, table), fresh(t, table))
	columns, ok, err := i.columnsOf(ctx, t, table)
	if err != nil {
		return err
	}
	if ok {
		record.Checks = append(record.Checks, columns)
	}
	personal, ok, err := i.personal(ctx, t)
	if ok {
		record.Checks = append(record.Checks, personal)
	}
	return err
}

// unchanged is the rule that a table is as stedi left it.
func (i *Inspection) unchanged(t *pipeline.Table, table *pipeline.TableRecord) pipeline.CheckRecord {
	check, applies := ofVersion("unchanged", t, table)
	if applies && table.Origin == pipeline.Modified {
		blocking := i.Blocking(t)
		check.State, check.Failing, check.Message = "fail", int64(max(1, len(blocking))), "a file of the table is missing"
		if len(blocking) > 0 {
			check.Message = blocking[0] + " was " + pipeline.ModifiedOutside
		}
	}
	return check
}

// fresh is the rule that a table is not older than its upstream.
func fresh(t *pipeline.Table, table *pipeline.TableRecord) pipeline.CheckRecord {
	check, applies := ofVersion("fresh", t, table)
	switch {
	case !applies:
	case table.Origin == pipeline.Modified:
		check.State, check.Message = "skipped", "the table was "+pipeline.ModifiedOutside+", so its age says nothing"
	case table.Stale != "":
		check.State = "fail"
		check.Message = fmt.Sprintf("the table is stale: %s; `stedi run +%s` rebuilds it", table.Stale, t.Name)
	}
	return check
}

// ofVersion returns a check of a version that stedi published. It is skipped,
// and applies is false, if the version does not exist.
func ofVersion(name string, t *pipeline.Table, table *pipeline.TableRecord) (check pipeline.CheckRecord, applies bool) {
	check = pipeline.CheckRecord{Check: name, Table: t.Name, Severity: "error", State: "pass", Diagnosis: []string{}}
	switch {
	case table.Missing:
		check.State, check.Message = "skipped", notBuilt
	case table.Origin == pipeline.Unmanaged:
		check.State, check.Message, check.NotApplicable = "skipped", elsewhere, true
	default:
		return check, true
	}
	return check, false
}

// Why a check of a version that stedi published is skipped.
const (
	notBuilt  = "the table has not been built"
	elsewhere = pipeline.BuiltElsewhere + ": stedi has no version of its own to compare the table with"
)

// readable is the rule that all of a table can be read. What may be left out is
// a warning.
func (i *Inspection) readable(ctx context.Context, t *pipeline.Table, table *pipeline.TableRecord) pipeline.CheckRecord {
	check := pipeline.CheckRecord{Check: pipeline.Readable, Table: t.Name, Severity: "error", State: "pass", Diagnosis: []string{}}
	report, left := i.Reports[t.Name], table.LeftOut()
	failure, refused := errors.AsType[*pipeline.Failure](i.Allow.Accept(t, report))
	failing := int64(len(report.Rejects))
	if t.IsLanding() && !refused && !table.Missing {
		failure = LacksKey(ctx, i.Lake, i.Store, t, i.Files[t.Name], report)
		refused, failing = failure != nil, rowsWithoutKey(report)
	}
	switch {
	case table.Missing:
		check.State, check.Message = i.absent(t)
	case refused:
		check.State, check.Failing = "fail", failing
		check.Message = inALine(failure.Err.Error())
		fix := failure.Fix
		if table.Origin == pipeline.Unmanaged {
			fix = "Fix these lines where the table is built."
		}
		check.Diagnosis = append(check.Diagnosis, fix)
	case left != nil:
		check.State, check.Severity, check.Failing = "fail", "warning", left.Lines+int64(len(left.Files))
		check.Message = left.String() + " left out, as allowed"
		if lines := pipeline.FirstOf(report.Rejects); len(lines) > 0 {
			check.Message += ": " + strings.Join(lines, "; ")
		}
	}
	return check
}

// rowsWithoutKey counts the rows of files without a key column.
func rowsWithoutKey(report ndjson.Report) (rows int64) {
	for _, f := range report.Files {
		if slices.ContainsFunc(report.MissingKeys, func(m ndjson.MissingKey) bool { return m.File == f.Name }) {
			rows += f.Rows
		}
	}
	return rows
}

// inALine joins an error with its list of places into one line.
func inALine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, ":\n  ", ": "), "\n  ", "; ")
}
