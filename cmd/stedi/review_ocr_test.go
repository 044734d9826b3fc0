//go:build unix

package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline/review"
)

// A program that reads pictures says how many results Athena shows. That is the
// count of the table, unless it is that of a preview or of count(*).
func TestPicturesAreReadByAProgram(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 640, 480))); err != nil {
		t.Fatal(err)
	}
	folder := project(t)
	if err := os.WriteFile(filepath.Join(folder, "customer_trusted.png"), picture.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for text, want := range map[string]int64{
		"Completed\nResults (482)\n": 482, "Results (40,981)": 40_981, "Result ( 1 229 430 )": 1_229_430, "Results (1)": 0, "Results (10)": 0, "no number": 0,
	} {
		program := "#!/bin/sh\nprintf '" + text + "'\n"
		if err := os.WriteFile(filepath.Join(bin, "tesseract"), []byte(program), 0o700); err != nil { //nolint:gosec // it is executed
			t.Fatal(err)
		}
		var got []review.Claim
		for _, table := range reviewOf(t, command(t, nil, "review", folder, "--output", "json")).Targets[0].Tables {
			got = append(got, table.Claimed...)
		}
		if want == 0 && len(got) > 0 || want > 0 && (len(got) != 1 || got[0] != (review.Claim{Rows: want, Where: "customer_trusted.png", Read: true})) {
			t.Errorf("%q: %+v, want %d", text, got, want)
		}
	}
	for _, table := range reviewOf(t, command(t, nil, "review", folder, "--ocr", "never", "--output", "json")).Targets[0].Tables {
		if len(table.Claimed) > 0 {
			t.Errorf("without the program: %+v", table.Claimed)
		}
	}
}
