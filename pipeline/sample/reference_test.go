package sample

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// The transforms once more, written for the tests alone: no shortcut of the
// generator is known here.

type customerRow struct {
	CustomerName              *string
	Email                     *string
	Phone                     *string
	BirthDay                  *string
	SerialNumber              *string
	RegistrationDate          *int64
	LastUpdateDate            *int64
	ShareWithResearchAsOfDate *int64
	ShareWithPublicAsOfDate   *int64
	ShareWithFriendsAsOfDate  *int64
}

type accelerometerRow struct {
	User      string
	Timestamp int64
	X, Y, Z   float64
}

type stepRow struct {
	SensorReadingTime  int64
	SerialNumber       string
	DistanceFromObject int
}

type lakeRows struct {
	customers     []customerRow
	accelerometer []accelerometerRow
	steps         []stepRow
}

func readLake(t *testing.T, dir string) lakeRows {
	t.Helper()
	return lakeRows{
		customers:     readTable[customerRow](t, filepath.Join(dir, "customer", "landing")),
		accelerometer: readTable[accelerometerRow](t, filepath.Join(dir, "accelerometer", "landing")),
		steps:         readTable[stepRow](t, filepath.Join(dir, "step_trainer", "landing")),
	}
}

func readTable[R any](t *testing.T, folder string) []R {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var rows []R
	for _, entry := range entries {
		file, err := os.Open(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			var row R
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				t.Fatalf("%s: %v: %s", entry.Name(), err, lines.Bytes())
			}
			rows = append(rows, row)
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// expectedOf runs the transforms under the four profiles.
func expectedOf(lake lakeRows) map[string]map[string]int64 {
	return map[string]map[string]int64{
		"base":                transform(lake, false, false),
		"strict":              transform(lake, true, false),
		"per_customer":        transform(lake, false, true),
		"strict,per_customer": transform(lake, true, true),
	}
}

func transform(lake lakeRows, strict, perCustomer bool) map[string]int64 {
	var trusted []customerRow
	earliest := map[string]int64{}
	for _, c := range lake.customers {
		consent := c.ShareWithResearchAsOfDate
		if consent == nil || *consent <= 0 || *c.Email == "" || *c.SerialNumber == "" {
			continue
		}
		trusted = append(trusted, c)
		if before, ok := earliest[*c.Email]; !ok || *consent < before {
			earliest[*c.Email] = *consent
		}
	}

	accelerometer := map[accelerometerRow]bool{}
	readers := map[string]bool{}
	for _, a := range lake.accelerometer {
		consent, ok := earliest[a.User]
		if ok && (!strict || consent <= a.Timestamp) {
			accelerometer[a] = true
			readers[a.User] = true
		}
	}

	type owner struct{ email, serial string }
	curated := 0
	serials := map[string]bool{}
	owners := map[owner]bool{}
	for _, c := range trusted {
		if readers[*c.Email] {
			curated++
			serials[*c.SerialNumber] = true
			owners[owner{*c.Email, *c.SerialNumber}] = true
		}
	}

	steps := map[stepRow]bool{}
	stepsAt := map[int64][]stepRow{}
	for _, s := range lake.steps {
		if serials[s.SerialNumber] && !steps[s] {
			steps[s] = true
			stepsAt[s.SensorReadingTime] = append(stepsAt[s.SensorReadingTime], s)
		}
	}

	joined := 0
	for a := range accelerometer {
		for _, s := range stepsAt[a.Timestamp] {
			if !perCustomer || owners[owner{a.User, s.SerialNumber}] {
				joined++
			}
		}
	}
	return map[string]int64{
		"customer_landing":         int64(len(lake.customers)),
		"accelerometer_landing":    int64(len(lake.accelerometer)),
		"step_trainer_landing":     int64(len(lake.steps)),
		"customer_trusted":         int64(len(trusted)),
		"accelerometer_trusted":    int64(len(accelerometer)),
		"customer_curated":         int64(curated),
		"step_trainer_trusted":     int64(len(steps)),
		"machine_learning_curated": int64(joined),
	}
}
