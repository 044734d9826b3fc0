package sample

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestCountsOfADirtyLake compares the generator's counts with the results of
// the transforms, at the original's size.
func TestCountsOfADirtyLake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := mustWrite(t, dir, Options{Scale: 1, Seed: 7, DirtyRows: true, DirtyFiles: true, Rejects: 100}, original)
	lake := readLake(t, dir, m.Rejects...)
	if got := expectedOf(lake, noRule); !reflect.DeepEqual(got, m.Expected) {
		t.Errorf("counts\n got %v\nwant %v", got, m.Expected)
	}
	checkDirt(t, lake, m)
	for table, rows := range map[string]int{
		"customer_landing": 956, "accelerometer_landing": 81_273, "step_trainer_landing": 28_680,
	} {
		for _, kind := range common {
			want := map[Dirt]int{Duplicate: rows * 2 / 100, NullKey: rows / 200, EmptyKey: rows / 200, Stranger: rows / 100}[kind]
			if table == "customer_landing" && kind == Stranger {
				want = 0
			}
			if got := int(m.Dirt[table][kind]); got < want*95/100-1 || got > want {
				t.Errorf("%s: %d rows of kind %s, want about %d", table, got, kind, want)
			}
		}
	}
}

func TestCountsOfDirtyLakesForAnySeed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(15) {
		dir := t.TempDir()
		options := Options{Scale: 1 + int(seed%3), Seed: seed << seed, DirtyRows: true, DirtyFiles: seed%2 == 1, Rejects: int(seed % 30)}
		m := mustWrite(t, dir, options, small)
		lake := readLake(t, dir, m.Rejects...)
		if got := expectedOf(lake, noRule); !reflect.DeepEqual(got, m.Expected) {
			t.Fatalf("%+v\n got %v\nwant %v", options, got, m.Expected)
		}
		checkDirt(t, lake, m)
	}
}

// checkDirt detects each kind of dirt in the rows, and compares the counts.
func checkDirt(t *testing.T, lake lakeRows, m Manifest) {
	t.Helper()
	dirt := map[string]map[Dirt]int64{}
	for _, table := range m.Tables {
		dirt[table.Name] = map[Dirt]int64{}
	}
	people := customerDirt(lake, dirt["customer_landing"])
	readingDirt(lake, people, dirt)
	if !reflect.DeepEqual(dirt, m.Dirt) {
		t.Errorf("dirt\n got %v\nwant %v", dirt, m.Dirt)
	}
}

// registered holds the customer table's data about an e-mail.
type registered struct {
	serials  map[string][]int64 // consents by serial number; 0 means consent 0 or no consent
	readings int
}

// customerDirt counts the dirt of the customer table.
func customerDirt(lake lakeRows, dirt map[Dirt]int64) map[string]*registered {
	seen := map[any]bool{}
	people := map[string]*registered{}
	for _, c := range lake.customers {
		switch {
		case seen[c.values()]:
			dirt[Duplicate]++
			continue
		case c.Email == nil || c.SerialNumber == nil:
			dirt[NullKey]++
			continue
		case *c.Email == "" || *c.SerialNumber == "":
			dirt[EmptyKey]++
			continue
		}
		seen[c.values()] = true
		p := people[*c.Email]
		if p == nil {
			p = &registered{serials: map[string][]int64{}}
			people[*c.Email] = p
		}
		consent := int64(-1)
		if c.ShareWithResearchAsOfDate != nil {
			consent = *c.ShareWithResearchAsOfDate
		}
		p.serials[*c.SerialNumber] = append(p.serials[*c.SerialNumber], consent)
	}
	for _, a := range lake.accelerometer {
		if p := people[text(a.User)]; p != nil {
			p.readings++
		}
	}
	for _, p := range people {
		switch consents := slices.Concat(slices.Collect(maps.Values(p.serials))...); {
		case p.readings == 0:
			dirt[WithoutReadings]++
		case len(p.serials) == 2:
			dirt[SeveralSerials]++
		case slices.Contains(consents, 0):
			dirt[ConsentZero]++
		case len(consents) == 2:
			dirt[ConsentTwice]++
		}
	}
	return people
}

// readingDirt counts the dirt of the other tables.
func readingDirt(lake lakeRows, people map[string]*registered, dirt map[string]map[Dirt]int64) {
	motions := map[motion]bool{}
	for _, a := range lake.accelerometer {
		kinds := dirt["accelerometer_landing"]
		switch {
		case a.User == nil || a.Timestamp == nil:
			kinds[NullKey]++
			continue
		case *a.User == "":
			kinds[EmptyKey]++
			continue
		}
		m := motion{*a.User, *a.Timestamp, [3]float64{a.X, a.Y, a.Z}}
		switch {
		case motions[m]:
			kinds[Duplicate]++
		case people[m.user] == nil:
			kinds[Stranger]++
		}
		motions[m] = true
	}

	steps := map[string]int{}
	treads := map[tread]bool{}
	for _, s := range lake.steps {
		kinds := dirt["step_trainer_landing"]
		switch {
		case s.SensorReadingTime == nil || s.SerialNumber == nil:
			kinds[NullKey]++
			continue
		case *s.SerialNumber == "":
			kinds[EmptyKey]++
			continue
		}
		d := tread{*s.SensorReadingTime, *s.SerialNumber, s.DistanceFromObject}
		if treads[d] {
			kinds[Duplicate]++
			continue
		}
		treads[d] = true
		steps[d.serial]++
	}
	for _, p := range people {
		own := 0 // the step trainer with the most readings is the first one
		for serial := range p.serials {
			own = max(own, steps[serial])
		}
		for serial := range p.serials {
			switch n := int64(steps[serial]); {
			case p.readings == 0:
				dirt["step_trainer_landing"][WithoutReadings] += n
			case steps[serial] < own:
				dirt["step_trainer_landing"][SeveralSerials] += n
			}
			delete(steps, serial)
		}
	}
	for _, n := range steps {
		dirt["step_trainer_landing"][Stranger] += int64(n)
	}
}

// TestDirtFindsWrongTransformsOut checks that dirt is useful: a transform that
// lacks any one rule must give other counts.
func TestDirtFindsWrongTransformsOut(t *testing.T) {
	t.Parallel()
	rules := []rule{
		customersDistinct, readingsDistinct, stepsDistinct, emailPresent, serialPresent, positiveConsent, userTrusted,
		earliestConsent, curatedHasReadings, serialCurated, serialOfRow, ownersDistinct, timePresent,
	}
	for seed := range uint64(4) {
		dir := t.TempDir()
		m := mustWrite(t, dir, Options{Scale: 5, Seed: seed, DirtyRows: true}, small)
		lake := readLake(t, dir)
		for _, rule := range rules {
			got := expectedOf(lake, rule)
			for _, profile := range []string{Base, Strict, PerCustomer, StrictPerCustomer} {
				if matters(rule, profile) && reflect.DeepEqual(got[profile], m.Expected[profile]) {
					t.Errorf("seed %d, %s: no count shows that %s", seed, profile, rule)
				}
			}
		}
	}
}

// matters excludes the variants in which a rule has no effect. The strict
// variant drops readings without a time anyway, and the small shape has few
// step trainer rows.
func matters(r rule, profile string) bool {
	switch r {
	case earliestConsent:
		return profile == Strict || profile == StrictPerCustomer
	case ownersDistinct:
		return profile == PerCustomer || profile == StrictPerCustomer
	case timePresent:
		return profile == Base || profile == PerCustomer
	default:
		return true
	}
}

// TestPeopleWithSeveralRows checks that every possible difference between rows
// of one e-mail occurs.
func TestPeopleWithSeveralRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		dir := t.TempDir()
		mustWrite(t, dir, Options{Scale: 2, Seed: seed, DirtyRows: true}, small)
		mustWrite(t, filepath.Join(dir, "clean"), Options{Scale: 2, Seed: seed}, small)
		first := map[string]customerRow{}
		for _, c := range readLake(t, filepath.Join(dir, "clean")).customers {
			first[*c.Email] = c
		}
		found := map[string]int{}
		for _, c := range readLake(t, dir).customers {
			before, known := first[text(c.Email)]
			if !known || c.values() == before.values() || !present(c.SerialNumber) {
				continue
			}
			way := "same serial"
			if *c.SerialNumber != *before.SerialNumber {
				way = "other serial"
			}
			switch was, is := before.ShareWithResearchAsOfDate, c.ShareWithResearchAsOfDate; {
			case was == nil && *is > 0:
				way += ", consents now"
			case was == nil:
				way += ", consent 0"
			case is == nil:
				way += ", consents no more"
			case *is < *was:
				way += ", consents earlier"
			case *is > *was:
				way += ", consents later"
			}
			found[way]++
		}
		want := map[string]int{
			"same serial, consents earlier": 2, "same serial, consents later": 2, "same serial, consent 0": 2,
			"other serial, consents no more": 2, "other serial, consents earlier": 2, "other serial, consents later": 2, "other serial, consents now": 2,
		}
		if !reflect.DeepEqual(found, want) {
			t.Errorf("seed %d\n got %v\nwant %v", seed, found, want)
		}
	}
}

// lines returns the rows of a table, in the order in which they were written.
func lines(t *testing.T, dir, table string) []string {
	t.Helper()
	names := dataFiles(t, dir, table+"/landing")
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	var all []string
	for _, name := range names {
		text := strings.TrimPrefix(string(content(t, filepath.Join(dir, name))), "\uFEFF")
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

func TestDirtyRowsLeaveTheCleanOnesInPlace(t *testing.T) {
	clean, dirty := t.TempDir(), t.TempDir()
	mustWrite(t, clean, Options{Scale: 3, Seed: 4}, small)
	m := mustWrite(t, dirty, Options{Scale: 3, Seed: 4, DirtyRows: true, Rejects: 50}, small)
	for i, table := range landing {
		rest := lines(t, clean, table)
		n, all := len(rest), lines(t, dirty, table)
		for _, line := range all {
			if len(rest) > 0 && line == rest[0] {
				rest = rest[1:]
			}
		}
		if len(rest) > 0 {
			t.Errorf("%s: %d rows of the clean lake are missing, the first %s", table, len(rest), rest[0])
		}
		added := int64(0)
		for _, rows := range m.Dirt[m.Tables[i].Name] {
			added += rows
		}
		bad := 0
		for _, r := range m.Rejects {
			if strings.HasPrefix(r.File, table+"/") {
				bad++
			}
		}
		if m.Tables[i].Rows != int64(n)+added || len(all) != n+int(added)+bad {
			t.Errorf("%s: %d clean rows, %d of dirt, %d bad lines, but %+v with %d lines", table, n, added, bad, m.Tables[i], len(all))
		}
	}
}

// TestDuplicatesAreNearAndFar checks for copies directly after their row and in
// another file.
func TestDuplicatesAreNearAndFar(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, Options{Scale: 5, Seed: 4, DirtyRows: true}, small)
	near, far := 0, 0
	type place struct {
		file string
		line int
	}
	seen := map[string]place{}
	for _, name := range dataFiles(t, dir, "step_trainer/landing") {
		for i, line := range bytes.Split(content(t, filepath.Join(dir, name)), []byte("\n")) {
			switch first, ok := seen[string(line)]; {
			case !ok || len(line) == 0:
				seen[string(line)] = place{name, i}
			case first.file != name:
				far++
			case first.line == i-1:
				near++
			}
		}
	}
	if near == 0 || far == 0 {
		t.Errorf("%d copies are next to their row, %d in another file", near, far)
	}
}

// TestCleanLakeIsStillTheSame pins the bytes of scale 1 with seed 42, which
// dirt must not change.
func TestCleanLakeIsStillTheSame(t *testing.T) {
	dir := t.TempDir()
	m, err := Write(t.Context(), dir, Options{Scale: 1, Seed: 42})
	if err != nil {
		t.Fatal(err)
	}
	all := sha256.New()
	for _, table := range []string{"accelerometer", "customer", "step_trainer"} {
		for _, name := range dataFiles(t, dir, table) {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
	}
	const want = "b218579799beec4ae3eeb64cb11d8489b50d5b953a32966514fae34cf9c7b9fe"
	if got := fmt.Sprintf("%x", all.Sum(nil)); got != want {
		t.Errorf("sha256 %s, want %s", got, want)
	}
	if m.DirtyRows || m.DirtyFiles || m.Dirt != nil || m.OddFiles != nil || m.Rejects != nil {
		t.Errorf("dirt in the manifest: %+v", m)
	}
}

// TestKeysAreMissingInEveryWay checks that each key column is missing in every
// way.
func TestKeysAreMissingInEveryWay(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, Options{Scale: 4, Seed: 6, DirtyRows: true}, small)
	for i, table := range landing {
		for j, key := range keysOf[i].keys {
			null, absent, empty := 0, 0, 0
			for _, line := range lines(t, dir, table) {
				line = strings.ReplaceAll(line, ": ", ":")
				switch {
				case strings.Contains(line, key+"null"):
					null++
				case strings.Contains(line, key+`""`):
					empty++
				case !strings.Contains(line, key):
					absent++
				}
			}
			if isText := table == "customer" || j == 0; null == 0 || absent == 0 || (empty > 0) != isText {
				t.Errorf("%s: %s is null %d times, absent %d times, empty %d times", table, key, null, absent, empty)
			}
		}
	}
}
