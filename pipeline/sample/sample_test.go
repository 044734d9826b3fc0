package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/sample again")

// small is the shape of testdata/sample: every kind of instant, in a few pages
// of text.
var small = shape{
	prompt: 10, late: 2, refusing: 12,
	instants: 4, chain: 10, longestCut: 2, earlyShared: 3,
	rows:    [kinds]int{kept: 31, dropped: 20, keptShared: 26, droppedShared: 6, refused: 81},
	perFile: 60,
}

const smallLake = "../../testdata/sample"

// tableOrder is the order of the counts below.
var tableOrder = []string{
	"customer_landing", "accelerometer_landing", "step_trainer_landing",
	"customer_trusted", "accelerometer_trusted", "customer_curated", "step_trainer_trusted", "machine_learning_curated",
}

// originalCounts are the counts of the original data set, measured there.
var originalCounts = map[string][]int64{
	"base":                {956, 81_273, 28_680, 482, 40_981, 482, 14_460, 43_681},
	"strict":              {956, 81_273, 28_680, 482, 32_025, 464, 13_920, 34_437},
	"per_customer":        {956, 81_273, 28_680, 482, 40_981, 482, 14_460, 40_981},
	"strict,per_customer": {956, 81_273, 28_680, 482, 32_025, 464, 13_920, 32_025},
}

func mustWrite(t *testing.T, dir string, options Options, s shape) Manifest {
	t.Helper()
	manifest, err := write(t.Context(), dir, options, s)
	if err != nil {
		t.Fatal(err)
	}
	return manifest
}

// digests maps each file below dir to a digest of its content.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		sums[filepath.ToSlash(name)] = fmt.Sprintf("%x", sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestCountsAreThoseOfTheOriginalTimesScale(t *testing.T) {
	for _, options := range []Options{{Scale: 1, Seed: math.MaxUint64}} {
		t.Run(fmt.Sprintf("scale %d seed %d", options.Scale, options.Seed), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			manifest, err := Write(t.Context(), dir, options)
			if err != nil {
				t.Fatal(err)
			}
			lake := readLake(t, dir)
			want := map[string]map[string]int64{}
			for profile, counts := range originalCounts {
				want[profile] = map[string]int64{}
				for i, count := range counts {
					want[profile][tableOrder[i]] = count * int64(options.Scale)
				}
			}
			if got := expectedOf(lake, noRule); !reflect.DeepEqual(got, want) {
				t.Errorf("counts\n got %v\nwant %v", got, want)
			}
			if !reflect.DeepEqual(manifest.Expected, want) {
				t.Errorf("manifest\n got %v\nwant %v", manifest.Expected, want)
			}
			checkRows(t, lake)
			checkOddities(t, lake)
		})
	}
}

func TestCountsHoldForAnySeed(t *testing.T) {
	for seed := range uint64(25) {
		dir := t.TempDir()
		manifest := mustWrite(t, dir, Options{Scale: 3, Seed: seed << (2 * seed)}, small)
		lake := readLake(t, dir)
		if got := expectedOf(lake, noRule); !reflect.DeepEqual(got, manifest.Expected) {
			t.Fatalf("seed %d\n got %v\nwant %v", manifest.Seed, got, manifest.Expected)
		}
		checkRows(t, lake)
	}
}

// checkRows checks for rows that would make counts depend on an engine's
// details: equal rows, people that share an identity, readings without their
// partner.
func checkRows(t *testing.T, lake lakeRows) {
	t.Helper()
	emails, serials, owner := map[string]bool{}, map[string]bool{}, map[string]string{}
	for _, c := range lake.customers {
		emails[*c.Email], serials[*c.SerialNumber] = true, true
		owner[*c.SerialNumber] = *c.Email
		for name, missing := range map[string]bool{
			"customerName": c.CustomerName == nil, "phone": c.Phone == nil, "birthDay": c.BirthDay == nil,
			"registrationDate": c.RegistrationDate == nil, "lastUpdateDate": c.LastUpdateDate == nil,
		} {
			if missing {
				t.Fatalf("%s has no %s", *c.Email, name)
			}
		}
	}
	if len(emails) != len(lake.customers) || len(serials) != len(lake.customers) {
		t.Errorf("%d e-mails, %d serial numbers for %d customers", len(emails), len(serials), len(lake.customers))
	}

	type reading struct {
		user string
		time int64
	}
	distinct := map[motion]bool{}
	at := map[reading]int{}
	for _, a := range lake.accelerometer {
		distinct[motion{*a.User, *a.Timestamp, [3]float64{a.X, a.Y, a.Z}}] = true
		at[reading{*a.User, *a.Timestamp}]++
	}
	if len(distinct) != len(lake.accelerometer) {
		t.Errorf("%d of %d accelerometer rows are distinct", len(distinct), len(lake.accelerometer))
	}
	stepped := map[reading]bool{}
	for _, s := range lake.steps {
		r := reading{owner[*s.SerialNumber], *s.SensorReadingTime}
		if n := at[r]; n < 1 || n > 5 {
			t.Fatalf("%v has %d accelerometer rows, must be from 1 to 5", r, n)
		}
		stepped[r] = true
	}
	if len(stepped) != len(lake.steps) || len(at) != len(lake.steps) {
		t.Errorf("%d reading times with step rows, %d with accelerometer rows, %d step rows", len(stepped), len(at), len(lake.steps))
	}
}

// checkOddities checks in a lake of the original shape for oddities that real
// data have and transforms get wrong.
func checkOddities(t *testing.T, lake lakeRows) {
	t.Helper()
	found := map[string]int{}
	consents := map[string]int64{}
	for _, c := range lake.customers {
		research, public, friends := c.ShareWithResearchAsOfDate != nil, c.ShareWithPublicAsOfDate != nil, c.ShareWithFriendsAsOfDate != nil
		found[fmt.Sprintf("consents %t %t %t", research, public, friends)]++
		if strings.HasPrefix(*c.BirthDay, "09") {
			found["year before 1000"]++
		}
		if *c.RegistrationDate < *c.LastUpdateDate {
			found["updated later"]++
		}
		if research {
			consents[*c.Email] = *c.ShareWithResearchAsOfDate
		}
	}
	stepsAt := map[int64][]string{}
	for _, s := range lake.steps {
		stepsAt[*s.SensorReadingTime] = append(stepsAt[*s.SensorReadingTime], *s.SerialNumber)
	}
	type reading struct {
		user string
		time int64
	}
	rows := map[reading]int{}
	for _, a := range lake.accelerometer {
		rows[reading{*a.User, *a.Timestamp}]++
		consent, ok := consents[*a.User]
		switch {
		case !ok && len(stepsAt[*a.Timestamp]) > 1:
			found["refusing person at another's time"]++
		case ok && consent == *a.Timestamp:
			found["reading at the very time of consent"]++
		}
		if a.X != math.Trunc(a.X) {
			found["finer position"]++
		}
	}
	for _, n := range rows {
		found[fmt.Sprintf("%d rows at a time", n)]++
	}
	atLeast := map[string]int{
		"1 rows at a time": 20, "2 rows at a time": 1_000, "3 rows at a time": 10_000, "4 rows at a time": 200,
		"year before 1000": 10, "updated later": 10, "finer position": 100,
		"refusing person at another's time": 100, "reading at the very time of consent": 50,
	}
	for i := range 8 {
		atLeast[fmt.Sprintf("consents %t %t %t", i&1 > 0, i&2 > 0, i&4 > 0)] = 60
	}
	for oddity, want := range atLeast {
		if found[oddity] < want {
			t.Errorf("%s: %d times, want %d or more", oddity, found[oddity], want)
		}
	}
}

func TestLinesAreLaidOutAsTheProducersDo(t *testing.T) {
	const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	const email = `[A-Z][a-z]+\.[A-Z][a-z]+\d+@example\.com`
	patterns := map[string]string{
		"customer": `\{"customerName": "[A-Z][a-z]+ [A-Z][a-z]+", "email": "` + email + `", "phone": "80155501\d\d", ` +
			`"birthDay": "(09|1\d)\d\d-01-01", "serialNumber": "` + uuid + `", "registrationDate": \d{13}, "lastUpdateDate": \d{13}` +
			`(, "shareWithResearchAsOfDate": \d{13})?(, "shareWithPublicAsOfDate": \d{13})?(, "shareWithFriendsAsOfDate": \d{13})?\}`,
		"accelerometer": `\{"user":"` + email + `","timestamp":\d{13},"x":-?[01]\.\d+,"y":-?[01]\.0,"z":(-1|0)\.0\}`,
		"step_trainer":  `\{"sensorReadingTime":\d{13},"serialNumber":"` + uuid + `","distanceFromObject":[23]\d\d\}`,
	}
	dir := t.TempDir()
	mustWrite(t, dir, Options{Scale: 50, Seed: 9}, small)
	for name, pattern := range patterns {
		line := regexp.MustCompile("^" + pattern + "$")
		files, err := filepath.Glob(filepath.Join(dir, name, "landing", "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", name, len(files), err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for got := range bytes.Lines(content) {
				if text, whole := strings.CutSuffix(string(got), "\n"); !whole || !line.MatchString(text) {
					t.Fatalf("%s: %q", file, got)
				}
			}
		}
	}
}

func TestSameOptionsSameBytes(t *testing.T) {
	one, again, other := t.TempDir(), t.TempDir(), t.TempDir()
	mustWrite(t, one, Options{Scale: 3, Seed: 11}, small)
	mustWrite(t, again, Options{Scale: 3, Seed: 11}, small)
	mustWrite(t, other, Options{Scale: 3, Seed: 12}, small)
	first := digests(t, one)
	if !reflect.DeepEqual(first, digests(t, again)) {
		t.Error("the same options gave different bytes")
	}
	for name, sum := range digests(t, other) {
		if first[name] == sum {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

// TestSmallLake compares the checked-in lake with its counts and with the
// generator, whose output must not change between Go releases.
func TestSmallLake(t *testing.T) {
	if *update {
		for _, name := range landing {
			if err := os.RemoveAll(filepath.Join(smallLake, name)); err != nil {
				t.Fatal(err)
			}
		}
		manifest := mustWrite(t, smallLake, Options{Scale: 1, Seed: 1}, small)
		content, err := json.MarshalIndent(manifest.Expected, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(smallLake, "expected.json"), append(content, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	content, err := os.ReadFile(filepath.Join(smallLake, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]int64
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	lake := readLake(t, smallLake)
	if got := expectedOf(lake, noRule); !reflect.DeepEqual(got, want) {
		t.Errorf("counts\n got %v\nwant %v", got, want)
	}
	checkRows(t, lake)

	fresh := t.TempDir()
	mustWrite(t, fresh, Options{Scale: 1, Seed: 1}, small)
	checkedIn := digests(t, smallLake)
	delete(checkedIn, "expected.json")
	if made := digests(t, fresh); !reflect.DeepEqual(made, checkedIn) {
		t.Errorf("the generator makes other files\n got %v\nwant %v", made, checkedIn)
	}
}
