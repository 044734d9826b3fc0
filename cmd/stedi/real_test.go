package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline"
)

// The real data set, if it is next to the checkout, gives its known counts
// under each variant, and the files contain exactly that many lines.
func TestTheRealDataSetGivesItsKnownCounts(t *testing.T) {
	real := filepath.Join("..", "..", "..", "shared", "lake")
	if _, err := os.Stat(real); err != nil {
		t.Skip("the real data set is not here")
	}
	landing := []int64{81273, 956, 28680}
	for profile, made := range map[string][]int64{
		"":                    {482, 40981, 482, 14460, 43681},
		"strict":              {482, 32025, 464, 13920, 34437},
		"per_customer":        {482, 40981, 482, 14460, 40981},
		"strict,per_customer": {482, 32025, 464, 13920, 32025},
	} {
		t.Run(profile, func(t *testing.T) {
			lake := filepath.Join(t.TempDir(), "lake")
			if err := os.CopyFS(lake, os.DirFS(real)); err != nil {
				t.Fatal(err)
			}
			out, err := command(t, nil, "--batch", "--lake", lake, "--output", "json", "--profile", profile).Output()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var record pipeline.Record
			if err := json.Unmarshal(out, &record); err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, table := range record.Tables {
				got = append(got, table.Rows)
				if table.Expected == nil || *table.Expected != table.Rows {
					t.Errorf("%s has %d rows, expected %v", table.Table, table.Rows, table.Expected)
				}
			}
			want := append(append([]int64{}, landing...), made...)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", got, want)
			}
			for i, path := range []string{"customer/trusted", "accelerometer/trusted", "customer/curated", "step_trainer/trusted", "step_trainer/curated"} {
				text, err := os.ReadFile(filepath.Join(lake, filepath.FromSlash(path), "part-00000.json"))
				if err != nil {
					t.Fatal(err)
				}
				if lines := int64(bytes.Count(text, []byte("\n"))); lines != made[i] {
					t.Errorf("%s has %d lines, want %d", path, lines, made[i])
				}
			}
		})
	}
}
