package floor_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/cmd/bench/floor"
	"stedi/pipeline/sample"
)

func TestTheTablesHaveTheKnownCounts(t *testing.T) {
	lake, out := t.TempDir(), t.TempDir()
	manifest, err := sample.Write(t.Context(), lake, sample.Options{Scale: 1, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	if err := floor.Run(lake, out); err != nil {
		t.Fatal(err)
	}
	for table, want := range manifest.Expected[sample.Base] {
		if strings.HasSuffix(table, "_landing") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(out, table+".json"))
		if got := int64(bytes.Count(text, []byte("\n"))); err != nil || got != want {
			t.Errorf("%s: %d rows, error %v: want %d", table, got, err, want)
		}
	}
}

// small is a lake in the form of the sample, with what the transforms drop:
// refused consent, duplicates, unknown users and devices, customers without
// readings.
var small = map[string]string{
	"customer": `{"customerName": "a", "email": "a@x", "serialNumber": "s1", "shareWithResearchAsOfDate": 5}
{"customerName": "a", "email": "a@x", "serialNumber": "s1", "shareWithResearchAsOfDate": 5}
{"customerName": "a", "email": "a@x", "serialNumber": "s2", "shareWithResearchAsOfDate": 6}
{"customerName": "b", "email": "b@x", "serialNumber": "s3", "shareWithResearchAsOfDate": 7}
{"customerName": "c", "email": "c@x", "serialNumber": "s4"}
{"customerName": "d", "email": "d@x", "serialNumber": "s5", "shareWithResearchAsOfDate": 0}
{"customerName": "e", "email": "", "serialNumber": "s6", "shareWithResearchAsOfDate": 7}
`,
	"accelerometer": `{"user":"a@x","timestamp":1,"x":1.0,"y":0.0,"z":0.0}
{"user":"a@x","timestamp":1,"x":1.0,"y":0.0,"z":0.0}
{"user":"a@x","timestamp":1,"x":2.0,"y":0.0,"z":0.0}
{"user":"c@x","timestamp":1,"x":3.0,"y":0.0,"z":0.0}
`,
	"step_trainer": `{"sensorReadingTime":1,"serialNumber":"s1","distanceFromObject":3}
{"sensorReadingTime":1,"serialNumber":"s1","distanceFromObject":3}
{"sensorReadingTime":2,"serialNumber":"s2","distanceFromObject":4}
{"sensorReadingTime":1,"serialNumber":"s3","distanceFromObject":5}
`,
}

func TestRowsAreThoseOfTheTransforms(t *testing.T) {
	lake, out := t.TempDir(), t.TempDir()
	for table, text := range small {
		folder := filepath.Join(lake, table, "landing")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "a.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := floor.Run(lake, out); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string][]string{
		"customer_trusted":      {`"s1"`, `"s2"`, `"s3"`},
		"accelerometer_trusted": {`"x":1.0`, `"x":2.0`},
		"customer_curated":      {`"s1"`, `"s2"`},
		"step_trainer_trusted":  {`"sensorReadingTime":1,"serialNumber":"s1"`, `"sensorReadingTime":2,"serialNumber":"s2"`},
		"machine_learning_curated": {
			`{"sensorReadingTime":1,"serialNumber":"s1","distanceFromObject":3,"x":1.0,"y":0.0,"z":0.0}`,
			`{"sensorReadingTime":1,"serialNumber":"s1","distanceFromObject":3,"x":2.0,"y":0.0,"z":0.0}`,
		},
	} {
		text, err := os.ReadFile(filepath.Join(out, table+".json"))
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.Sorted(strings.Lines(string(text)))
		if len(lines) != len(want) {
			t.Errorf("%s: %q, want %d rows", table, lines, len(want))
			continue
		}
		for i, part := range want {
			if !strings.Contains(lines[i], part) {
				t.Errorf("%s: row %q, want %s", table, lines[i], part)
			}
		}
	}
}

func TestALakeWithoutFilesIsAnError(t *testing.T) {
	if err := floor.Run(t.TempDir(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "customer/landing") {
		t.Errorf("error %v", err)
	}
}
