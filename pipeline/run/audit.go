package run

import (
	"bytes"
	"context"
	"fmt"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// audited counts and hashes what an engine writes, so that the staged file can
// be compared with the engine's report.
type audited struct {
	file  pipeline.StagedFile
	hash  *ndjson.Hasher
	bytes int64
	lines int64
}

func newAudited(file pipeline.StagedFile) *audited {
	return &audited{file: file, hash: ndjson.NewHasher()}
}

func (a *audited) Write(p []byte) (int, error) {
	n, err := a.file.Write(p)
	a.bytes += int64(n)
	a.lines += int64(bytes.Count(p[:n], []byte{'\n'}))
	_, _ = a.hash.Write(p[:n]) // a hasher never fails
	return n, err
}

// audit makes sure that the staged file holds that many rows of the table. The
// lines were counted on their way; the first of them are read back strictly,
// by the reader that the next run will use.
func (a *audited) audit(ctx context.Context, t *pipeline.Table, rows int64) error {
	if a.lines != rows {
		return fmt.Errorf("audit: the engine reported %d rows but wrote %d lines; not published", rows, a.lines)
	}
	scan := ndjson.NewScan([]ndjson.File{{Path: a.file.Path(), Name: t.Part(), Size: a.bytes}}, t.Columns, ndjson.Limits{})
	cursor := scan.Cursor()
	defer scan.Close()
	defer cursor.Close()
	n, err := cursor.Fill(ctx, make([]ndjson.Vector, len(t.Columns)), auditRows)
	if err != nil {
		return fmt.Errorf("audit: %w; not published", err)
	}
	if int64(n) != min(rows, auditRows) {
		return fmt.Errorf("audit: the staged rows do not match the table's columns; not published")
	}
	return nil
}

const auditRows = 2048
