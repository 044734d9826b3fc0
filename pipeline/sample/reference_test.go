package sample

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// This file implements the transforms a second time, only for the tests. It
// uses no shortcut of the generator.

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
	User      *string
	Timestamp *int64
	X, Y, Z   float64
}

type stepRow struct {
	SensorReadingTime  *int64
	SerialNumber       *string
	DistanceFromObject int
}

type lakeRows struct {
	customers     []customerRow
	accelerometer []accelerometerRow
	steps         []stepRow
}

// of returns the value of a pointer, or a null that is equal only to itself.
func of[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func (r customerRow) values() any {
	return [...]any{
		of(r.CustomerName), of(r.Email), of(r.Phone), of(r.BirthDay), of(r.SerialNumber), of(r.RegistrationDate), of(r.LastUpdateDate),
		of(r.ShareWithResearchAsOfDate), of(r.ShareWithPublicAsOfDate), of(r.ShareWithFriendsAsOfDate),
	}
}

func present[T comparable](p *T) bool {
	var empty T
	return p != nil && (*p != empty || any(empty) != any(""))
}

// readLake reads all rows except the lines that must be rejected.
func readLake(t *testing.T, dir string, rejects ...Reject) lakeRows {
	t.Helper()
	bad := map[string]map[int64]bool{}
	for _, r := range rejects {
		if bad[r.File] == nil {
			bad[r.File] = map[int64]bool{}
		}
		bad[r.File][r.Line] = true
	}
	return lakeRows{
		customers:     readTable[customerRow](t, dir, "customer/landing", bad),
		accelerometer: readTable[accelerometerRow](t, dir, "accelerometer/landing", bad),
		steps:         readTable[stepRow](t, dir, "step_trainer/landing", bad),
	}
}

// dataFiles lists the files that are not hidden, relative to dir.
func dataFiles(t *testing.T, dir, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(entry.Name(), "_") || strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if !entry.IsDir() {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// content returns the content of a file, decompressed.
func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil && bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
			b, err = io.ReadAll(z)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b
}

func readTable[R any](t *testing.T, dir, folder string, bad map[string]map[int64]bool) []R {
	t.Helper()
	var rows []R
	for _, name := range dataFiles(t, dir, folder) {
		text := bytes.TrimPrefix(content(t, filepath.Join(dir, name)), []byte("\uFEFF"))
		lines := bufio.NewReader(bytes.NewReader(text))
		for number := int64(1); ; number++ {
			line, err := lines.ReadBytes('\n')
			if len(bytes.TrimSpace(line)) > 0 && !bad[name][number] {
				var row R
				if err := json.Unmarshal(line, &row, json.MatchCaseInsensitiveNames(true)); err != nil {
					t.Fatalf("%s:%d: %v: %s", name, number, err, line)
				}
				rows = append(rows, row)
			}
			if errors.Is(err, io.EOF) {
				break
			}
		}
	}
	return rows
}

// rule is a part of a transform that a wrong version might lack.
type rule string

const (
	noRule             rule = ""
	customersDistinct  rule = "customers are made distinct"
	readingsDistinct   rule = "accelerometer readings are made distinct"
	stepsDistinct      rule = "step trainer readings are made distinct"
	emailPresent       rule = "a customer has an e-mail"
	serialPresent      rule = "a customer has a serial number"
	timePresent        rule = "a reading has a time"
	positiveConsent    rule = "a consent of 0 is none"
	userTrusted        rule = "a reading is of a trusted customer"
	earliestConsent    rule = "the earliest consent counts"
	curatedHasReadings rule = "a curated customer has readings"
	serialCurated      rule = "a step trainer is of a curated customer"
	serialOfRow        rule = "a row without consent does not lend its serial number"
	ownersDistinct     rule = "owners are made distinct"
)

// expectedOf runs the transforms under the four variants, without one rule.
func expectedOf(lake lakeRows, without rule) map[string]map[string]int64 {
	base, perCustomer := transform(lake, false, without)
	strict, strictPerCustomer := transform(lake, true, without)
	return map[string]map[string]int64{
		"base": base, "strict": strict, "per_customer": perCustomer, "strict,per_customer": strictPerCustomer,
	}
}

type owned struct{ email, serial string }

type motion struct {
	user string
	time int64
	x    [3]float64
}

type tread struct {
	time     int64
	serial   string
	distance int
}

func text(p *string) string {
	if p == nil {
		return "null"
	}
	return *p
}

func trustedCustomers(lake lakeRows, without rule) (trusted []customerRow) {
	seen := map[any]bool{}
	for _, c := range lake.customers {
		switch consent := c.ShareWithResearchAsOfDate; {
		case consent == nil, *consent <= 0 && without != positiveConsent:
		case !present(c.Email) && without != emailPresent, !present(c.SerialNumber) && without != serialPresent:
		case seen[c.values()] && without != customersDistinct:
		default:
			seen[c.values()] = true
			trusted = append(trusted, c)
		}
	}
	return trusted
}

func trustedMotions(lake lakeRows, consents map[string]int64, strict bool, without rule) (trusted []motion) {
	seen := map[motion]bool{}
	for _, a := range lake.accelerometer {
		m := motion{user: text(a.User), x: [3]float64{a.X, a.Y, a.Z}}
		if present(a.Timestamp) {
			m.time = *a.Timestamp
		} else if without != timePresent {
			continue
		}
		consent, ok := consents[m.user]
		switch {
		case !ok && without != userTrusted, strict && consent > m.time, seen[m] && without != readingsDistinct:
		default:
			seen[m] = true
			trusted = append(trusted, m)
		}
	}
	return trusted
}

func trustedTreads(lake lakeRows, serials map[string]bool, without rule) (trusted []tread) {
	seen := map[tread]bool{}
	for _, s := range lake.steps {
		d := tread{serial: text(s.SerialNumber), distance: s.DistanceFromObject}
		if present(s.SensorReadingTime) {
			d.time = *s.SensorReadingTime
		} else if without != timePresent {
			continue
		}
		if serials[d.serial] && (!seen[d] || without == stepsDistinct) {
			seen[d] = true
			trusted = append(trusted, d)
		}
	}
	return trusted
}

// transform returns the counts with the join on time alone, and with the join
// per customer.
func transform(lake lakeRows, strict bool, without rule) (base, perCustomer map[string]int64) {
	customers := trustedCustomers(lake, without)
	consents := map[string]int64{}
	for _, c := range customers {
		consent := *c.ShareWithResearchAsOfDate
		before, ok := consents[text(c.Email)]
		if !ok || (consent < before) == (without != earliestConsent) {
			consents[text(c.Email)] = consent
		}
	}
	motions := trustedMotions(lake, consents, strict, without)
	readers := map[string]bool{}
	for _, m := range motions {
		readers[m.user] = true
	}

	curated := 0
	serials := map[string]bool{}
	owners := map[owned]int{}
	for _, c := range customers {
		if readers[text(c.Email)] || without == curatedHasReadings {
			curated++
			serials[text(c.SerialNumber)] = true
			owners[owned{text(c.Email), text(c.SerialNumber)}]++
		} else if without == serialCurated {
			serials[text(c.SerialNumber)] = true
		}
	}
	for _, c := range lake.customers {
		if without == serialOfRow && readers[text(c.Email)] && present(c.SerialNumber) {
			serials[*c.SerialNumber] = true
		}
	}

	treads := trustedTreads(lake, serials, without)
	at := map[int64][]tread{}
	for _, d := range treads {
		at[d.time] = append(at[d.time], d)
	}
	joined, joinedOwn := 0, 0
	for _, m := range motions {
		for _, d := range at[m.time] {
			joined++
			n := owners[owned{m.user, d.serial}]
			if without != ownersDistinct {
				n = min(n, 1)
			}
			joinedOwn += n
		}
	}
	base = map[string]int64{
		"customer_landing":         int64(len(lake.customers)),
		"accelerometer_landing":    int64(len(lake.accelerometer)),
		"step_trainer_landing":     int64(len(lake.steps)),
		"customer_trusted":         int64(len(customers)),
		"accelerometer_trusted":    int64(len(motions)),
		"customer_curated":         int64(curated),
		"step_trainer_trusted":     int64(len(treads)),
		"machine_learning_curated": int64(joined),
	}
	perCustomer = maps.Clone(base)
	perCustomer["machine_learning_curated"] = int64(joinedOwn)
	return base, perCustomer
}
