package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/pipeline/printable"
	"stedi/pipeline/review"
	"stedi/pipeline/survey"
)

// evidenceFlags are the flags of stedi evidence.
type evidenceFlags struct {
	showPersonal bool
	force        bool
	timeout      time.Duration
	allow        allowFlags
}

func (p *program) evidenceCommand() *cobra.Command {
	var f evidenceFlags
	cmd := &cobra.Command{
		Use:   "evidence DIR",
		Short: "Save the usual queries of a submission with their results",
		Long: "Run the usual queries of a submission of the course project: the count and the first rows of each table,\n" +
			"and the check for blank consent. For each, DIR gets the SQL, the result as CSV and a picture, and\n" +
			"README.md says which item of the rubric it belongs to, with query id, bytes and time. Everything is\n" +
			"labelled as made by stedi. Values that identify a person are masked. A demo lake is run first.",
		Example: "stedi evidence ./evidence --lake ./lake",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.evidence(cmd.Context(), args[0], f) },
	}
	cmd.Flags().BoolVar(&f.showPersonal, "show-personal", false, "show values that identify people instead of masking them")
	cmd.Flags().BoolVar(&f.force, "force", false, "write into a folder that holds files; files of the same name are replaced")
	cmd.Flags().DurationVar(&f.timeout, "timeout", time.Minute, "timeout of each query")
	f.allow.add(cmd.Flags())
	return cmd
}

// evidence is one query with what came of it.
type evidence struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Table    string   `json:"table"`
	Items    []string `json:"items"`
	SQL      string   `json:"sql"` // name of the file, as the two that follow
	CSV      string   `json:"csv,omitempty"`
	Picture  string   `json:"picture,omitempty"`
	Rows     int      `json:"rows"`
	Value    *int64   `json:"value,omitempty"` // of a count
	Expected *int64   `json:"expected,omitempty"`
	QueryID  string   `json:"query_id,omitempty"`
	Bytes    int64    `json:"bytes"`
	Seconds  float64  `json:"seconds"`
	LeftOut  string   `json:"left_out,omitempty"`
	Error    string   `json:"error,omitempty"`

	query string
}

func (p *program) evidence(ctx context.Context, folder string, f evidenceFlags) (err error) {
	if err := vacant(folder, f.force); err != nil {
		return err
	}
	rubric, err := readRubric("")
	if err != nil {
		return err
	}
	q, o, closeQuery, err := p.openQuery(ctx, f.timeout, f.allow.allowance())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeQuery()) }()
	queries, err := review.Evidence(o.lake, rubric)
	if err != nil {
		return err
	}
	found, err := survey.Lake(ctx, o.runner(p.config.demo))
	if err != nil {
		return err
	}
	sizes := map[string]int64{}
	for _, t := range found.Tables {
		sizes[t.Table] = t.Bytes
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { // the files in it are private
		return pipeline.Fail(pipeline.BadUsage, "", "Name a folder that can be written.", "%w", err)
	}
	w := &evidenceWriter{p: p, folder: folder, lake: o.lake, by: "stedi " + version, show: f.showPersonal}
	for _, query := range queries {
		e := &evidence{Name: query.Name, Title: query.Title, Table: query.Table.Name, Items: append([]string{}, query.Items...), Bytes: sizes[query.Table.Name]}
		if n, ok := rubric.Expected(e.Table); ok && query.Count && query.Where == "" {
			e.Expected = &n
		}
		if err := w.save(ctx, q, query, e); err != nil {
			return err
		}
	}
	if err := w.readme(o.root, rubric); err != nil {
		return err
	}
	return p.printEvidence(w)
}

// vacant checks that evidence can be written into a folder.
func vacant(folder string, force bool) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return pipeline.Fail(pipeline.BadUsage, "", "Name a folder that is new or empty.", "%s is not a directory", folder)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("evidence: %w", err)
	case len(entries) > 0 && !force:
		return pipeline.Fail(pipeline.BadUsage, "", "Name a folder that is new or empty, or pass --force.", "%s already holds files", folder)
	}
	return nil
}

// evidenceSQL returns the SQL of a query.
func evidenceSQL(q review.EvidenceQuery) (string, error) {
	var view pager.View
	if q.Where != "" {
		view.Where = []pager.Condition{{SQL: q.Where}}
	}
	if q.Count {
		return view.SelectCount(q.Table)
	}
	return view.Select(q.Table, q.Limit)
}

// save runs a query and writes its files. A query that fails is only recorded.
func (w *evidenceWriter) save(ctx context.Context, q pipeline.Querier, query review.EvidenceQuery, e *evidence) (err error) {
	if e.query, err = evidenceSQL(query); err != nil {
		return err
	}
	w.all = append(w.all, e)
	e.SQL = e.Name + ".sql"
	if err := w.write(e.SQL, "-- made by "+w.by+"\n"+strings.TrimRight(e.query, "\n")+";\n"); err != nil {
		return err
	}
	began := time.Now()
	result, err := w.rows(ctx, q, e)
	e.Seconds = time.Since(began).Seconds()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		err = unplaced(err)
		e.Error = printable.Text(printable.FirstLine(err.Error()))
		tryWrite(w.p.stderr, e.Name+": "+printable.Text(strings.ReplaceAll(err.Error(), "\n  ", ". "))+"\n")
		return nil
	}
	if query.Count && len(result.rows) == 1 {
		if n, ok := result.rows[0][0].(int64); ok {
			e.Value = &n
		}
	}
	e.Rows = len(result.rows)
	if !w.show {
		newMasker(w.lake, query.Table).mask(result)
	}
	return w.result(ctx, e, result)
}

// rows runs a query and reads all of its rows.
func (w *evidenceWriter) rows(ctx context.Context, q pipeline.Querier, e *evidence) (_ *readRows, err error) {
	rows, err := q.Query(ctx, e.query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	result := &readRows{columns: rows.Columns()}
	for {
		page, err := rows.Next(ctx)
		if used := pipeline.UsageOf(rows); used.QueryID != "" {
			e.QueryID, e.Bytes = used.QueryID, used.ScannedBytes
		}
		if errors.Is(err, io.EOF) {
			if left := pipeline.LeftOutBy(rows); len(left) > 0 {
				e.LeftOut = printable.Text(pipeline.Missing(left))
			}
			return result, nil
		}
		if err != nil {
			return nil, err
		}
		result.rows = append(result.rows, page...)
	}
}

func (p *program) printEvidence(w *evidenceWriter) error {
	failed := len(w.failed())
	if p.config.output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]any{"schema": review.EvidenceSchema, "made_by": w.by, "folder": w.folder, "queries": w.all}); err != nil {
			return err
		}
	} else if _, err := fmt.Fprintf(p.out, "queries answered: %d of %d; see %s\n", len(w.all)-failed, len(w.all), printable.Text(filepath.Join(w.folder, "README.md"))); err != nil {
		return err
	}
	if failed > 0 {
		return &explainedError{pipeline.Fail(pipeline.BadData, "", "", "queries failed: %d of %d", failed, len(w.all))}
	}
	return nil
}
