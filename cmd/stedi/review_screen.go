package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/review"
	"stedi/pipeline/review/output"
	"stedi/tui"
)

// reviewScreen shows the reviews on the terminal.
func (p *program) reviewScreen(ctx context.Context, f reviewFlags, targets []string) error {
	if _, err := readRubric(f.rubric); err != nil {
		return err
	}
	p.reviewing = &screenReview{flags: f, targets: targets}
	return p.screen(ctx, runFlags{})
}

// screenReview is what stedi review --screen shows.
type screenReview struct {
	flags   reviewFlags
	targets []string
}

// reviews is how the screens review submissions.
func (p *program) reviews() (*tui.Reviews, error) {
	var f reviewFlags
	r := &tui.Reviews{Expand: p.targetsOf, Write: writeReport}
	f.ocr, f.alone = "auto", true
	if p.reviewing != nil {
		f, r.Targets = p.reviewing.flags, p.reviewing.targets
	}
	book, err := newNotebook(f.notes)
	if err != nil {
		return nil, err
	}
	r.Notes, r.Save = book.of, book.save
	r.Review = func(ctx context.Context, targets []string, done func(int, *review.Target)) (io.Closer, error) {
		session, err := p.openReview(ctx, f, len(targets), len(targets) <= funnelTargets)
		if err != nil {
			return nil, err
		}
		session.all(ctx, targets, done)
		if ctx.Err() != nil {
			return nil, errors.Join(context.Cause(ctx), session.Close())
		}
		return session, nil
	}
	return r, nil
}

// targetsOf returns the targets that a text names: a path, a pattern, or a
// location.
func (p *program) targetsOf(text string) []string {
	if isURL(plainS3(text)) {
		return []string{text}
	}
	if rest, ok := strings.CutPrefix(text, "~/"); ok {
		if home, _ := p.env("HOME"); home != "" {
			text = filepath.Join(home, rest)
		}
	}
	if found, err := filepath.Glob(text); err == nil && len(found) > 0 {
		if found = withoutNotes(found); len(found) > 0 {
			return found
		}
	}
	return []string{text}
}

// writeReport writes a report in the format for the name of a file.
func writeReport(w io.Writer, name string, r *review.Report) error {
	formats := map[string]string{".html": "html", ".htm": "html", ".md": "markdown", ".txt": "text", ".json": "json", ".xml": "junit", ".sarif": "sarif"}
	format, ok := formats[strings.ToLower(filepath.Ext(name))]
	if !ok {
		return pipeline.Fail(pipeline.BadUsage, "", "", "the name must end in .html, .md, .txt, .json, .xml or .sarif")
	}
	return output.Write(w, format, r)
}
