package pager

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/export"
)

func TestExportWritesEverything(t *testing.T) {
	const n = 2500
	src := openFiles(t, -1, written(t, numbered(0, n/2), numbered(n/2, n/2))...)
	for _, format := range export.Formats {
		var b bytes.Buffer
		told := int64(0)
		if err := Export(t.Context(), src, &b, format, func(rows int64) { told = rows }); err != nil {
			t.Fatal(err)
		}
		if told != n || b.Len() == 0 {
			t.Errorf("%s: %d rows, %d bytes", format, told, b.Len())
		}
		if format == export.CSV {
			records, err := csv.NewReader(&b).ReadAll()
			if err != nil || len(records) != n+1 || records[n][1] != "2499" {
				t.Errorf("%d records, %v", len(records), err)
			}
		}
	}
}

func TestAnExportThatFailsSaysSo(t *testing.T) {
	files := written(t, numbered(0, 10), numbered(10, 10))
	src := openFiles(t, -1, files...)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Export(stopped, src, &bytes.Buffer{}, export.JSON, func(int64) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	full, err := os.Open(files[0].Path) // opened for reading only
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	if err := Export(t.Context(), src, full, export.Parquet, func(int64) {}); err == nil {
		t.Error("nothing is said of a full disk")
	}
	if err := os.Remove(files[1].Path); err != nil {
		t.Fatal(err)
	}
	if err := Export(t.Context(), src, &bytes.Buffer{}, export.CSV, func(int64) {}); !errors.Is(err, pipeline.ErrChanged) {
		t.Error(err)
	}
}
