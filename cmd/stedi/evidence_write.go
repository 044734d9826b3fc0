package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/export"
	"stedi/pipeline/printable"
	"stedi/pipeline/review"
	"stedi/tui/picture"
)

// evidenceWriter writes the files of stedi evidence.
type evidenceWriter struct {
	p      *program
	folder string
	lake   *pipeline.Lake
	by     string // name and version of this program
	show   bool   // values that identify a person
	all    []*evidence
}

// readRows are all rows of a query. They are rows that can be printed.
type readRows struct {
	columns []pipeline.ResultColumn
	rows    [][]any
	done    bool
}

func (r *readRows) Columns() []pipeline.ResultColumn { return r.columns }
func (r *readRows) Close() error                     { return nil }

func (r *readRows) Next(context.Context) ([][]any, error) {
	if r.done {
		return nil, io.EOF
	}
	r.done = true
	return r.rows, nil
}

// again returns the rows from the first one.
func (r *readRows) again() *readRows { return &readRows{columns: r.columns, rows: r.rows} }

// masker masks values that identify a person.
type masker struct {
	personal map[string]bool // columns of the lake that hold such values, in lower case
	harmless map[string]bool // other landing columns of the table's sources
}

func newMasker(lake *pipeline.Lake, table *pipeline.Table) *masker {
	m := &masker{personal: map[string]bool{}, harmless: map[string]bool{}}
	sources := map[string]bool{table.Name: true}
	lake.AddUpstream(table, sources)
	for _, t := range lake.Tables {
		for _, column := range t.Personal {
			m.personal[strings.ToLower(column)] = true
		}
		for _, column := range t.Subject {
			m.personal[strings.ToLower(column)] = true
		}
		for _, c := range t.Columns {
			if t.IsLanding() && sources[t.Name] {
				m.harmless[strings.ToLower(c.Name)] = true
			}
		}
	}
	return m
}

// masks tells whether the values of a column are masked: those of a column that
// identifies a person, and the text of one that no landing table has, which may
// be renamed.
func (m *masker) masks(c pipeline.ResultColumn) bool {
	name := strings.ToLower(c.Name)
	return m.personal[name] || !m.harmless[name] && (c.IsNested() || c.Type == "VARCHAR" || strings.HasPrefix(c.Type, "VARCHAR("))
}

// mask replaces the values by ones that tell them apart. Equal values of a
// column have equal masks. A mask is text also if the value was a number.
func (m *masker) mask(r *readRows) {
	for i, c := range r.columns {
		if !m.masks(c) {
			continue
		}
		masks := map[string]string{}
		for _, row := range r.rows {
			if row[i] == nil || row[i] == "" {
				continue
			}
			key := printable.Value(row[i])
			if masks[key] == "" {
				masks[key] = fmt.Sprintf("%s-%d", c.Name, len(masks)+1)
			}
			row[i] = masks[key]
		}
		r.columns[i].Type = "VARCHAR"
	}
}

func (w *evidenceWriter) write(name, text string) error {
	return w.file(name, func(out io.Writer) error {
		_, err := io.WriteString(out, text)
		return err
	})
}

func (w *evidenceWriter) file(name string, write func(io.Writer) error) error {
	if err := export.Over(filepath.Join(w.folder, name), write); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	return nil
}

// result writes the rows as CSV and as a picture.
func (w *evidenceWriter) result(ctx context.Context, e *evidence, rows *readRows) error {
	e.CSV, e.Picture = e.Name+".csv", e.Name+".png"
	err := w.file(e.CSV, func(out io.Writer) error {
		if _, err := io.WriteString(out, "# made by "+w.by+"\n"); err != nil {
			return err
		}
		_, err := printRows(ctx, out, rows.again(), "csv")
		return err
	})
	if err != nil {
		return err
	}
	return w.draw(ctx, e, rows)
}

// widestPicture is the number of columns of a picture; longer lines are cut.
const widestPicture = 240

// draw writes a picture of the SQL and its result.
func (w *evidenceWriter) draw(ctx context.Context, e *evidence, rows *readRows) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", printable.Text(e.Title))
	for line := range strings.Lines(e.query) {
		fmt.Fprintf(&b, "%s\n", printable.Text(strings.TrimRight(line, "\n")))
	}
	b.WriteByte('\n')
	if _, err := printRows(ctx, &b, rows.again(), "text"); err != nil {
		return err
	}
	used := "no query id"
	if e.QueryID != "" {
		used = "query " + e.QueryID
	}
	fmt.Fprintf(&b, "\n%s, %s, %s bytes, %.3f s\nmade by %s", rowsText(int64(e.Rows)), used, thousands(e.Bytes), e.Seconds, w.by)
	lines := strings.Split(b.String(), "\n")
	width := 40
	for i, line := range lines {
		lines[i] = printable.Cut(line, widestPicture)
		width = max(width, printable.Width(lines[i]))
	}
	look := picture.Options{Theme: picture.Dark, Frame: true, Title: "made by " + w.by}
	if w.p.config.onLight() {
		look.Theme = picture.Light
	}
	screen := picture.Parse(strings.Join(lines, "\n"), width, len(lines))
	return w.file(e.Picture, func(out io.Writer) error { return screen.PNG(out, look) })
}

func (w *evidenceWriter) failed() (failed []*evidence) {
	for _, e := range w.all {
		if e.Error != "" {
			failed = append(failed, e)
		}
	}
	return failed
}

//go:embed evidence.md
var evidenceReadme string

var evidenceTemplate = template.Must(template.New("evidence.md").Funcs(template.FuncMap{
	"thousands": func(n *int64) string { return thousands(*n) },
	"indent":    func(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") },
}).Parse(evidenceReadme))

// readme writes the file that maps the queries to the checklist, in the order of
// the rubric.
func (w *evidenceWriter) readme(lake string, rubric *review.Rubric) error {
	type line struct {
		ID    string
		Names []string
	}
	var checklist []line
	for _, item := range rubric.Items {
		for _, e := range w.all {
			for _, id := range e.Items {
				if id != item.ID && !strings.HasPrefix(id, item.ID+".") || e.Error != "" {
					continue
				}
				at := slices.IndexFunc(checklist, func(l line) bool { return l.ID == id })
				if at < 0 {
					checklist, at = append(checklist, line{ID: id}), len(checklist)
				}
				if !slices.Contains(checklist[at].Names, e.Name) {
					checklist[at].Names = append(checklist[at].Names, e.Name)
				}
			}
		}
	}
	if w.p.config.demo {
		lake = demoName
	}
	return w.file("README.md", func(out io.Writer) error {
		return evidenceTemplate.Execute(out, map[string]any{
			"By": w.by, "Lake": strings.ReplaceAll(printable.Text(lake), "`", "'"), "Engine": w.p.config.engine,
			"At": time.Now().UTC().Format("2006-01-02 15:04 UTC"), "Masked": !w.show,
			"Checklist": checklist, "Failed": w.failed(), "Queries": w.all,
		})
	})
}
