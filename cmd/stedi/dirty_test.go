package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/sample"
)

// A dirty lake gives the counts of its manifest under each variant, and the
// rejects are at the lines that the manifest lists.
func TestADirtyLakeGivesTheCountsThatItWasMadeFor(t *testing.T) {
	const rejects = 40
	lake := filepath.Join(t.TempDir(), "lake")
	if out, err := command(t, nil, "sample", lake, "--dirty=rows,files", "--rejects", fmt.Sprint(rejects)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var manifest sample.Manifest
	text, err := os.ReadFile(filepath.Join(lake, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Expected) != 4 || len(manifest.Rejects) != rejects {
		t.Fatalf("the manifest has %d profiles and %d rejects", len(manifest.Expected), len(manifest.Rejects))
	}
	for profile, expected := range manifest.Expected {
		t.Run(profile, func(t *testing.T) {
			name := profile
			if name == sample.Base {
				name = ""
			}
			out, err := command(t, nil, "--batch", "--lake", lake, "--max-rejects", fmt.Sprint(rejects), "--output", "json", "--profile", name).Output()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var record pipeline.Record
			if err := json.Unmarshal(out, &record); err != nil {
				t.Fatal(err)
			}
			rejected := int64(0)
			for _, table := range record.Tables {
				rejected += table.Rejected
				if table.Rows != expected[table.Table] {
					t.Errorf("%s has %d rows, want %d", table.Table, table.Rows, expected[table.Table])
				}
			}
			if rejected != rejects {
				t.Errorf("%d lines were rejected, want %d", rejected, rejects)
			}
		})
	}
}
