// Package floor does the benchmark's job by hand, for the sample data alone: how
// fast the job can be on this machine at best.
//
// It depends on what it knows of the sample: the order of the keys, no spaces
// between them where the sample has none, no escapes, no null keys, one line for
// each row, and the columns of three of the derived tables are those of their
// landing table, so their lines are copied. It rejects nothing, counts nothing
// and syncs nothing. Never use it on other data.
package floor

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// customer is a trusted customer.
type customer struct {
	line   []byte
	serial string
	moved  atomic.Bool // has a trusted motion reading
}

// reading is a trusted motion reading: its time, and its line from ,"x" on.
type reading struct {
	time int64
	rest []byte
}

// job is the state of one run.
type job struct {
	lake, out string
	seed      maphash.Seed
	emails    map[string][]*customer
	owned     map[string]bool // serial numbers of curated customers
	readings  []reading
	times     *index
}

// Run writes the five derived tables of a lake into the folder out.
func Run(lake, out string) error {
	j := &job{lake: lake, out: out, seed: maphash.MakeSeed(), emails: map[string][]*customer{}, owned: map[string]bool{}}
	for _, step := range []func() error{j.customers, j.accelerometers, j.curated, j.steps} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// customers writes customer_trusted.
func (j *job) customers() error {
	files, size, err := j.landing("customer")
	if err != nil {
		return err
	}
	target, err := j.create("customer_trusted")
	if err != nil {
		return err
	}
	seen := newSet(size / 128)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(text) {
			email, serial := field(line, `"email": "`), field(line, `"serialNumber": "`)
			_, consent, _ := bytes.Cut(line, []byte(`"shareWithResearchAsOfDate": `))
			if len(email) == 0 || len(serial) == 0 || digits(consent) <= 0 || !seen.add(maphash.Bytes(j.seed, line)) {
				continue
			}
			c := &customer{line: line, serial: string(serial)}
			j.emails[string(email)] = append(j.emails[string(email)], c)
			target.add(line)
		}
	}
	return target.close()
}

// accelerometers writes accelerometer_trusted.
func (j *job) accelerometers() error {
	files, size, err := j.landing("accelerometer")
	if err != nil {
		return err
	}
	target, err := j.create("accelerometer_trusted")
	if err != nil {
		return err
	}
	seen := newSet(size / 64)
	found := make([][]reading, len(files))
	err = each(files, func(i int, text []byte) error {
		var last []byte // most lines are of the same user as the one before
		var known []*customer
		block := make([]byte, 0, len(text))
		for line := range bytes.Lines(text) {
			user := field(line, `"user":"`)
			if !bytes.Equal(user, last) {
				last, known = user, j.emails[string(user)]
			}
			if len(known) == 0 || !seen.add(maphash.Bytes(j.seed, line)) {
				continue
			}
			for _, c := range known {
				if !c.moved.Load() {
					c.moved.Store(true)
				}
			}
			_, after, _ := bytes.Cut(line[len(user):], []byte(`"timestamp":`))
			at := bytes.IndexByte(after, ',')
			found[i] = append(found[i], reading{digits(after), after[at:]})
			block = append(block, line...)
		}
		return target.write(block)
	})
	for _, some := range found {
		j.readings = append(j.readings, some...)
	}
	j.times = newIndex(j.readings)
	return errors.Join(err, target.close())
}

// curated writes customer_curated.
func (j *job) curated() error {
	target, err := j.create("customer_curated")
	if err != nil {
		return err
	}
	for _, customers := range j.emails {
		for _, c := range customers {
			if c.moved.Load() {
				target.add(c.line)
				j.owned[c.serial] = true
			}
		}
	}
	return target.close()
}

// steps writes step_trainer_trusted and machine_learning_curated.
func (j *job) steps() error {
	files, size, err := j.landing("step_trainer")
	if err != nil {
		return err
	}
	trusted, err := j.create("step_trainer_trusted")
	if err != nil {
		return err
	}
	training, err := j.create("machine_learning_curated")
	if err != nil {
		return errors.Join(err, trusted.close())
	}
	seen := newSet(size / 64)
	err = each(files, func(_ int, text []byte) error {
		block, pairs := make([]byte, 0, len(text)), make([]byte, 0, 2*len(text))
		for line := range bytes.Lines(text) {
			if !j.owned[string(field(line, `"serialNumber":"`))] || !seen.add(maphash.Bytes(j.seed, line)) {
				continue
			}
			block = append(block, line...)
			_, after, _ := bytes.Cut(line, []byte(`"sensorReadingTime":`))
			step := line[:bytes.LastIndexByte(line, '}')]
			for at := j.times.first(digits(after)); at >= 0; at = j.times.next[at] {
				pairs = append(append(pairs, step...), j.readings[at].rest...)
			}
		}
		return errors.Join(trusted.write(block), training.write(pairs))
	})
	return errors.Join(err, trusted.close(), training.close())
}

// landing returns the files of a landing table and their total size.
func (j *job) landing(table string) (files []string, size int64, err error) {
	files, err = filepath.Glob(filepath.Join(j.lake, table, "landing", "*.json"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no files in the folder %s/landing", table)
	}
	for _, name := range files {
		info, e := os.Stat(name)
		if e != nil {
			return nil, 0, e
		}
		size += info.Size()
	}
	return files, size, err
}

// each calls work with the content of each file, on all cores.
func each(files []string, work func(i int, text []byte) error) error {
	errs := make([]error, len(files))
	var turn atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(turn.Add(1)) - 1; i < len(files); i = int(turn.Add(1)) - 1 {
				text, err := os.ReadFile(files[i])
				if err == nil {
					err = work(i, text)
				}
				errs[i] = err
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// field returns the text between the given beginning and the next quote, or nil.
func field(line []byte, beginning string) []byte {
	at := bytes.Index(line, []byte(beginning))
	if at < 0 {
		return nil
	}
	rest := line[at+len(beginning):]
	return rest[:max(0, bytes.IndexByte(rest, '"'))]
}

// digits returns the number that a text begins with, or 0.
func digits(text []byte) int64 {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(text[:end]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
