package report

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Summary writes a run as Markdown: what came of it, the tables with their
// verdicts, what stands against them, and the funnels.
func Summary(r *pipeline.Record) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "## stedi: %s\n\n", outcome(r))
	var about []string
	if r.Run != "" { // a check is not a run
		about = append(about, "run "+cell(r.Run))
	}
	if r.Engine != "" {
		about = append(about, "engine "+cell(r.Engine))
	}
	about = append(about, fmt.Sprintf("%.2f s", r.Seconds))
	if spent := r.Spent(); spent != "" {
		about = append(about, spent)
	}
	if len(r.Profile) > 0 {
		about = append(about, "profile "+cell(strings.Join(r.Profile, ", ")))
	}
	fmt.Fprintf(&b, "%s\n", strings.Join(about, " · "))
	if r.Error != "" {
		b.WriteString("\n" + quoted(r.Error))
	}
	if left := pipeline.Missing(r.LeftOut()); left != "" {
		b.WriteString("\n" + quoted(left))
	}
	summaryTables(&b, r)
	summaryChecks(&b, r)
	summarySteps(&b, r)
	return []byte(b.String())
}

func outcome(r *pipeline.Record) string {
	switch r.Status {
	case "ok":
		switch left := r.LeftOut(); {
		case len(left) == 0 && len(r.Steps) == 0 && len(r.Checks) > 0 && r.CountChecks().Open() > 0:
			return "⚠️ " + strings.TrimSuffix(r.CountChecks().Verdict(), ".")
		case len(left) == 0:
			return "✅ all checks passed"
		case len(r.Checks) == 0 && !slices.ContainsFunc(left, func(l pipeline.LeftOut) bool { return hasRead(r, l) }):
			return "✅ done" // what was left out belongs to tables that no step has read
		}
		return "⚠️ done, on incomplete data"
	case "data_failed":
		return "❌ checks failed"
	case "cancelled":
		return "⏹ cancelled"
	default:
		return "❌ failed"
	}
}

// hasRead reports whether a step of the run has read a table from which
// something was left out.
func hasRead(r *pipeline.Record, l pipeline.LeftOut) bool {
	return slices.ContainsFunc(r.Steps, func(s pipeline.StepRecord) bool {
		_, read := s.Funnel.At(l.Table)
		return read
	})
}

func summaryTables(b *strings.Builder, r *pipeline.Record) {
	if len(r.Tables) == 0 {
		return
	}
	b.WriteString("\n| zone | table | rows | expected | result |\n|---|---|---:|---:|---|\n")
	for _, t := range r.Tables {
		rows, expected := fmt.Sprint(t.Rows), ""
		if t.Missing || !t.IsCounted() {
			rows = ""
		}
		if t.Expected != nil {
			expected = fmt.Sprint(*t.Expected)
		}
		row(b, t.Zone, t.Table, rows, expected, verdict(t, r.FailedChecks(t.Table)))
	}
}

func verdict(t pipeline.TableRecord, failed int) string {
	var words []string
	switch {
	case t.Missing:
		words = append(words, t.Absence())
	case t.Stale != "":
		words = append(words, "⚠️ stale: "+t.Stale)
	case t.Expected == nil:
	case *t.Expected == t.Rows && failed > 0:
	case *t.Expected == t.Rows:
		words = append(words, "✅ ok")
	case *t.Expected == t.Rows+t.Rejected:
		words = append(words, fmt.Sprintf("⚠️ ok without %d", t.Rejected))
	default:
		words = append(words, fmt.Sprintf("❌ %+d rows", t.Rows-*t.Expected))
	}
	if failed > 0 && !t.Missing {
		words = append(words, "❌ "+pipeline.Counted(failed, "check")+" failed")
	}
	if note := t.Origin.Note(); note != "" {
		words = append(words, note)
	}
	if t.Rejected > 0 {
		words = append(words, fmt.Sprintf("⚠️ %d rejected", t.Rejected))
	}
	if n := int64(len(t.SkippedFiles)); n > 0 {
		words = append(words, "⚠️ "+pipeline.Counted(n, "file")+" skipped")
	}
	if n := int64(len(t.UnreadableFiles)); n > 0 {
		words = append(words, "❌ "+pipeline.Counted(n, "file")+" cannot be read")
	}
	return strings.Join(append(words, t.Notes...), ", ")
}

func summaryChecks(b *strings.Builder, r *pipeline.Record) {
	var failed []pipeline.CheckRecord
	for _, c := range r.Checks {
		if c.State == "fail" {
			failed = append(failed, c)
		}
	}
	if len(r.Checks) > 0 {
		fmt.Fprintf(b, "\n%s.\n", r.CountChecks())
	}
	if len(failed) == 0 {
		return
	}
	b.WriteString("\n| check | table | severity | rows | problem |\n|---|---|---|---:|---|\n")
	for _, c := range failed {
		rows := ""
		if c.Failing > 0 {
			rows = fmt.Sprint(c.Failing)
		}
		row(b, c.Check, c.Table, c.Severity, rows, strings.Join(append([]string{c.Message}, c.Diagnosis...), "\n"))
	}
}

func summarySteps(b *strings.Builder, r *pipeline.Record) {
	if len(r.Steps) == 0 {
		return
	}
	b.WriteString("\n| step | state | seconds | rows by stage |\n|---|---|---:|---|\n")
	for _, s := range r.Steps {
		text := funnelLine(r, s)
		if s.State == pipeline.Failed {
			text = s.Error
		}
		if s.State == pipeline.Skipped {
			text = s.Reason
		}
		row(b, s.Table, s.State.String(), fmt.Sprintf("%.2f", s.Seconds), text)
	}
}

func row(b *strings.Builder, cells ...string) {
	for _, c := range cells {
		b.WriteString("| " + cell(c) + " ")
	}
	b.WriteString("|\n")
}

// markdown escapes every character that has a meaning in Markdown or in
// embedded HTML, so that a name from a file can neither break a table nor add a
// link or an image.
var markdown = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;",
	"$", "&#36;", "[", "&#91;", "]", "&#93;", "#", "&#35;", "~", "&#126;", "\\", "&#92;", "@", "&#64;", "://", "&#58;//", "www.", "www&#46;",
	"\n", "<br>", "\t", " ",
)

func cell(text string) string {
	const longest = 2000 // a job summary is limited in size
	runes := []rune(strings.TrimSpace(legible(text)))
	if len(runes) > longest {
		runes = append(runes[:longest], '…')
	}
	return markdown.Replace(string(runes))
}

// quoted returns a text as a Markdown quotation.
func quoted(text string) string { return "> " + cell(text) + "\n" }
