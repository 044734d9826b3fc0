package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// textPrinter prints a run as text: the tables, the steps with their funnels,
// the failed checks and the next action.
type textPrinter struct {
	out      io.Writer
	progress *progressLine
	color    bool
	err      error
}

func (t *textPrinter) event(e pipeline.Event) { t.progress.event(e) }

func (t *textPrinter) stop() { t.progress.stop() }

func (t *textPrinter) end(record *pipeline.Record) error {
	t.tables(record)
	if len(record.Steps) > 0 {
		t.printf("\n")
	}
	for _, s := range record.Steps {
		t.step(s, record)
	}
	t.checks(record)
	if len(record.Tables) > 0 {
		t.printf("\n")
	}
	last := t.next(record)
	if len(record.Checks) > 0 {
		last += "\n" + pipeline.TallyOf(record.Checks).String()
	}
	if s := record.Spending; s != nil {
		last += fmt.Sprintf("\n%s for counts and checks: %s bytes scanned, $%.6f%s", pipeline.Counted(len(s.QueryIDs), "query"), thousands(s.ScannedBytes), s.CostUSD, expectedText(s.Estimate))
	}
	if record.Total != nil {
		last += "\n" + record.Total.String()
	}
	left := printable.Text(pipeline.Missing(record.LeftOut()))
	if left != "" && !strings.HasSuffix(last, ".") {
		last += "."
	}
	t.printf("%s%s\n", last, after(" ", left))
	return t.err
}

func (t *textPrinter) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format, args...)
	}
}

func (t *textPrinter) tables(record *pipeline.Record) {
	if len(record.Tables) == 0 {
		return // the run ended before the tables were read
	}
	rows := [][]string{{"ZONE", "TABLE", "ROWS", "EXPECTED", "RESULT"}}
	for _, r := range record.Tables {
		rows = append(rows, []string{r.Zone, r.Table, count(r), expected(r), verdict(r, record.FailedChecks(r.Table))})
	}
	for i, line := range align(rows, 2, 3) {
		if t.color && i > 0 {
			line = paintVerdict(line, record.Tables[i-1], record.FailedChecks(record.Tables[i-1].Table))
		}
		t.printf("%s\n", line)
	}
	for _, note := range pipeline.NoteLines(record.Tables) {
		t.printf("%s\n", printable.Text(note.String()))
	}
}

func count(r pipeline.TableRecord) string {
	if r.Missing || !r.IsCounted() {
		return "-"
	}
	return thousands(r.Rows)
}

func expected(r pipeline.TableRecord) string {
	if r.Expected == nil {
		return "-"
	}
	return thousands(*r.Expected)
}

func verdict(r pipeline.TableRecord, failed int) string {
	var words []string
	switch {
	case r.Missing:
		words = append(words, r.Absence())
	case r.Stale != "":
		words = append(words, "stale: "+r.Stale)
	case r.Expected == nil:
		words = append(words, "-")
	case *r.Expected == r.Rows && failed > 0:
		words = append(words, "count ok")
	case *r.Expected == r.Rows:
		words = append(words, "ok")
	case *r.Expected == r.Rows+r.Rejected:
		words = append(words, "ok without "+thousands(r.Rejected))
	default:
		words = append(words, fmt.Sprintf("%+d rows", r.Rows-*r.Expected))
	}
	if failed > 0 && !r.Missing {
		words = slices.DeleteFunc(append(words, pipeline.Counted(int64(failed), "check")+" failed"), func(word string) bool { return word == "-" })
	}
	if note := r.Origin.Note(); note != "" {
		words = slices.DeleteFunc(append(words, note), func(word string) bool { return word == "-" })
	}
	if r.Rejected > 0 {
		words = append(words, fmt.Sprintf("%s rejected", thousands(r.Rejected)))
	}
	if n := len(r.SkippedFiles); n > 0 {
		words = append(words, pipeline.Counted(int64(n), "file")+" skipped")
	}
	if n := len(r.UnreadableFiles); n > 0 {
		words = append(words, pipeline.Counted(int64(n), "file")+" cannot be read")
	}
	return strings.Join(words, ", ")
}

// step shows the funnel of a transform.
func (t *textPrinter) step(s pipeline.StepRecord, record *pipeline.Record) {
	head := fmt.Sprintf("%s  %s", s.Table, s.State)
	switch s.State {
	case pipeline.Published:
		t.printf("%s in %.2f s (%s)%s%s\n", head, s.Seconds, s.Reason, after(", ", pipeline.Spent(s)), expectedText(s.Estimate))
	case pipeline.Skipped:
		t.printf("%s: %s\n", head, s.Reason)
	default:
		t.printf("%s\n", head)
	}
	if len(s.Funnel) == 0 {
		return
	}
	levels, others := record.Levels(s)
	t.printf("  %s\n", levels.Text(thousands, false))
	for _, other := range others {
		t.printf("  with %s %s\n", other.Name, thousands(other.Rows))
	}
}

// checks prints the failed checks. The last line of the report counts all
// checks.
func (t *textPrinter) checks(record *pipeline.Record) {
	first := true
	for _, c := range record.Checks {
		if c.State != "fail" {
			continue
		}
		if first {
			t.printf("\n")
		}
		first = false
		word := "FAIL"
		if c.Severity == "warning" {
			word = "warning"
		}
		rows := ""
		if c.Failing > 0 {
			rows = ", " + rowsText(c.Failing)
		}
		t.printf("%s  %s: %s%s\n  %s\n", word, c.Table, c.Check, rows, printable.Text(c.Message))
		for _, line := range c.Diagnosis {
			t.printf("  %s\n", printable.Text(line))
		}
	}
}

// expectedText is an estimate to be shown beside what was used.
func expectedText(e *pipeline.Estimate) string {
	if e == nil {
		return ""
	}
	return " (" + e.String() + ")"
}

// next says what a person would do now.
func (t *textPrinter) next(record *pipeline.Record) string {
	ran, tally := 0, pipeline.TallyOf(record.Checks)
	for _, s := range record.Steps {
		if s.State == pipeline.Published {
			ran++
		}
	}
	if record.Error != "" {
		return notDone(record)
	}
	switch {
	case tally.Failed > 0 && len(record.Steps) > 0:
		return tally.Verdict() + " The results above say why; the funnels of `stedi runs last` show where rows are dropped."
	case len(record.Steps) == 0 && tally.Failed == 0 && len(record.LeftOut()) > 0:
		return "No check failed on the rows that were read."
	case len(record.Steps) == 0:
		return tally.Verdict()
	case ran == 0:
		return "Everything is up to date; --force is a full refresh."
	case record.Lake == demoName:
		return fmt.Sprintf("Done in %.2f s. The demo lake was removed; `stedi sample ./lake` creates one that stays.", record.Seconds)
	default:
		return fmt.Sprintf("Done in %.2f s%s. The tables are in %s; `stedi runs` lists the runs.",
			record.Seconds, after(", ", pipeline.Spent(record.Steps...)), record.Lake)
	}
}

// notDone returns the closing line after an error.
func notDone(record *pipeline.Record) string {
	switch {
	case record.ExitCode >= int(pipeline.HungUp):
		return "Cancelled. No table was left half written; run again to continue."
	case record.Tally != nil && len(record.Steps) == 0 && record.ExitCode == int(pipeline.BadData):
		return record.Tally.Verdict() // the verdict is the error
	case len(record.Tables) == 0:
		return "Nothing was changed."
	default:
		return "Failed. The previous versions of failed tables are unchanged; fix the error below and run again."
	}
}

// after puts a separator before a text that is not empty.
func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

// printTable writes aligned rows; numbers are the indexes of right-aligned
// columns.
func printTable(w io.Writer, rows [][]string, numbers ...int) error {
	_, err := io.WriteString(w, strings.Join(align(rows, numbers...), "\n")+"\n")
	return err
}

// align pads the columns of a table; numbers are the indexes of right-aligned
// columns.
func align(rows [][]string, numbers ...int) []string {
	for _, row := range rows {
		for i, cell := range row {
			row[i] = printable.Text(cell)
		}
	}
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], printable.Width(cell))
		}
	}
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-printable.Width(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if slices.Contains(numbers, i) {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}
