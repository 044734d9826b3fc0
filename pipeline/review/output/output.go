// Package output writes reviews: as text, Markdown, JSON, JUnit, SARIF, and as a
// page that needs no network.
package output

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/review"
)

// Formats are the names of the formats.
func Formats() []string { return []string{"text", "json", "markdown", "junit", "sarif", "html"} }

// Write writes a report in a format.
func Write(w io.Writer, format string, r *review.Report) error {
	switch format {
	case "json":
		return indented(w, r)
	case "markdown":
		return markdown(w, r)
	case "junit":
		return junit(w, r)
	case "sarif":
		return sarif(w, r)
	case "html":
		return page(w, r)
	}
	return text(w, r)
}

func indented(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

var marks = map[review.Result]string{review.Pass: "pass", review.Fail: "FAIL", review.Warn: "warn", review.Unknown: "look"}

// text writes one target in detail, several as a matrix.
func text(w io.Writer, r *review.Report) error {
	var b strings.Builder
	if len(r.Targets) == 1 {
		detail(&b, &r.Targets[0])
	} else {
		matrix(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func detail(b *strings.Builder, t *review.Target) {
	b.WriteString(printable.Text(t.Target))
	if t.Version != "" {
		fmt.Fprintf(b, " (%s)", t.Version)
	}
	b.WriteString("\n")
	for _, line := range noted(t) {
		fmt.Fprintf(b, "\n%s\n", line)
	}
	if len(t.Tables) > 0 {
		fmt.Fprintf(b, "\n%-26s %12s %12s  %s\n", "TABLE", "THE CODE", "ON CORRECT", "CLAIMED")
		fmt.Fprintf(b, "%-26s %12s %12s\n", "", "GIVES", "INPUTS")
	}
	for i := range t.Tables {
		table := &t.Tables[i]
		fmt.Fprintf(b, "%-26s %12s %12s  %s\n", table.Table, rows(table.Rows), rows(table.RowsOnRightInputs), claims(table))
	}
	for _, result := range []review.Result{review.Fail, review.Warn, review.Unknown, review.Pass} {
		if t.Count(result) == 0 {
			continue
		}
		b.WriteString("\n")
		for i := range t.Items {
			if item := &t.Items[i]; item.Result == result {
				fmt.Fprintf(b, "%s  %s: %s\n", marks[result], item.ID, item.Message)
				if item.Where != "" && result != review.Pass {
					fmt.Fprintf(b, "      at %s\n", item.Where)
				}
				if result == review.Fail || result == review.Warn {
					fmt.Fprintf(b, "      %s\n", item.Feedback)
				}
				if said := item.Reviewer.Sentence(); said != "" {
					fmt.Fprintf(b, "      reviewer: %s\n", printable.Text(said))
				}
			}
		}
	}
	fmt.Fprintf(b, "\n%s\n", tally(t))
}

// noted are the lines about a target that come from the reviewer's notes.
func noted(t *review.Target) (lines []string) {
	if t.Note != "" {
		lines = append(lines, "Reviewer: "+printable.Text(t.Note))
	}
	if len(t.Unplaced) > 0 {
		lines = append(lines, "The reviewer's notes name items that are not in this review: "+printable.Text(strings.Join(t.Unplaced, ", ")))
	}
	return lines
}

// answer is the feedback on an item, with what the reviewer says.
func answer(i *review.Item) string {
	if said := i.Reviewer.Sentence(); said != "" {
		return strings.TrimSpace(i.Feedback + " Reviewer: " + said)
	}
	return i.Feedback
}

func tally(t *review.Target) string {
	return fmt.Sprintf("%d passed, %d failed, %s, %d to look at", t.Count(review.Pass), t.Count(review.Fail), pipeline.Counted(t.Count(review.Warn), "warning"), t.Count(review.Unknown))
}

func rows(n *int64) string {
	if n == nil {
		return "-"
	}
	return printable.Thousands(*n)
}

func claims(t *review.Table) string {
	var all []string
	seen := map[int64]bool{}
	for _, c := range t.Claimed {
		if !seen[c.Rows] {
			seen[c.Rows] = true
			all = append(all, printable.Thousands(c.Rows))
		}
	}
	return strings.Join(all, ", ")
}

// matrix writes a line for each target.
func matrix(b *strings.Builder, r *review.Report) {
	wide := len("TARGET")
	for i := range r.Targets {
		wide = max(wide, printable.Width(printable.Text(r.Targets[i].Target)))
	}
	pad := func(s string) string { return s + strings.Repeat(" ", wide-printable.Width(s)) }
	fmt.Fprintf(b, "%s  %-4s %4s %4s %4s %4s  %s\n", pad("TARGET"), "", "FAIL", "WARN", "LOOK", "PASS", "ROWS THAT THE CODE GIVES; FIRST FAILURE")
	for i := range r.Targets {
		t := &r.Targets[i]
		fmt.Fprintf(b, "%s  %-4s %4d %4d %4d %4d  %s\n", pad(printable.Text(t.Target)), t.Version, t.Count(review.Fail), t.Count(review.Warn), t.Count(review.Unknown), t.Count(review.Pass), strings.TrimPrefix(counts(t)+firstFailure(t), "; "))
	}
	fmt.Fprintf(b, "\n%d targets, %d failed\n", len(r.Targets), r.Failed())
}

func counts(t *review.Target) string {
	var all []string
	for i := range t.Tables {
		all = append(all, rows(t.Tables[i].Rows))
	}
	return strings.Join(all, " / ")
}

func firstFailure(t *review.Target) string {
	for i := range t.Items {
		if t.Items[i].Result == review.Fail {
			return "; " + t.Items[i].ID + ": " + t.Items[i].Message
		}
	}
	return ""
}

// cell makes a text safe for a cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "!", "\\!", "\n", " ", "@", "&#64;").Replace(printable.Text(s))
}

func markdown(w io.Writer, r *review.Report) error {
	var b strings.Builder
	if len(r.Targets) > 1 {
		b.WriteString("| Target | Version | Fail | Warn | Look | Pass | Rows that the code gives |\n|---|---|---:|---:|---:|---:|---|\n")
		for i := range r.Targets {
			t := &r.Targets[i]
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %s |\n", cell(t.Target), t.Version, t.Count(review.Fail), t.Count(review.Warn), t.Count(review.Unknown), t.Count(review.Pass), counts(t))
		}
		b.WriteString("\n")
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		fmt.Fprintf(&b, "## %s\n\n%s.\n\n", cell(t.Target), tally(t))
		for _, line := range noted(t) {
			fmt.Fprintf(&b, "%s\n\n", cell(line))
		}
		if len(t.Tables) > 0 {
			b.WriteString("| Table | The code gives | On correct inputs | Claimed |\n|---|---:|---:|---|\n")
		}
		for k := range t.Tables {
			table := &t.Tables[k]
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(table.Table), rows(table.Rows), rows(table.RowsOnRightInputs), claims(table))
		}
		b.WriteString("\n| Result | Item | Finding | Where | Feedback |\n|---|---|---|---|---|\n")
		for k := range t.Items {
			item := &t.Items[k]
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", marks[item.Result], cell(item.ID), cell(item.Message), cell(item.Where), cell(answer(item)))
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// titled is the title of an item with its table.
func titled(i *review.Item) string {
	return strings.TrimSpace(cmp.Or(i.Title, i.ID) + " " + i.Table)
}
