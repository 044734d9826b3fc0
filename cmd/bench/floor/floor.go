// Package floor does the benchmark's job by hand, for the sample data alone: how
// fast the job can be on this machine at best.
//
// It depends on what it knows of the sample: the order of the keys, no spaces
// between them where the sample has none, no escapes, no null keys, one line for
// each row, few different values of x, y and z, equal rows of a person or of a
// device only among the lines that follow each other, and the columns of three of
// the derived tables are those of their landing table, so their lines are copied.
// It rejects nothing, counts nothing and syncs nothing. Never use it on other data.
package floor

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// customer is a trusted customer.
type customer struct {
	line   []byte
	serial string
	moved  atomic.Bool // has a trusted motion reading
}

// reading is a trusted motion reading: its time, and the number of the text of
// its line from ,"x" on.
type reading struct {
	time int64
	rest int32
}

// job is the state of one run.
type job struct {
	lake, out string
	seed      maphash.Seed
	emails    map[string][]*customer
	owned     map[string]bool // serial numbers of curated customers
	readings  []reading
	rests     texts
	times     *index
}

// Run writes the five derived tables of a lake into the folder out.
func Run(lake, out string) error {
	j := &job{lake: lake, out: out, seed: maphash.MakeSeed(), emails: map[string][]*customer{}, owned: map[string]bool{}, rests: texts{numbers: map[string]int32{}}}
	for _, step := range []func() error{j.customers, j.accelerometers, j.curated, j.steps} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// customers writes customer_trusted.
func (j *job) customers() error {
	files, err := j.landing("customer")
	if err != nil {
		return err
	}
	target, err := j.create("customer_trusted")
	if err != nil {
		return err
	}
	seen := map[uint64]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(text) {
			email, serial := field(line, `"email": "`), field(line, `"serialNumber": "`)
			_, consent, _ := bytes.Cut(line, []byte(`"shareWithResearchAsOfDate": `))
			hash := maphash.Bytes(j.seed, line)
			if len(email) == 0 || len(serial) == 0 || !isPositive(consent) || seen[hash] {
				continue
			}
			seen[hash] = true
			c := &customer{line: line, serial: string(serial)}
			j.emails[string(email)] = append(j.emails[string(email)], c)
			target.add(line)
		}
	}
	return target.close()
}

// accelerometers writes accelerometer_trusted.
func (j *job) accelerometers() error {
	files, err := j.landing("accelerometer")
	if err != nil {
		return err
	}
	target, err := j.create("accelerometer_trusted")
	if err != nil {
		return err
	}
	found := make([][]reading, len(files))
	err = each(files, func(i int, w *worker) error {
		var last []byte // most lines are of the same user as the one before
		var known []*customer
		for line := range bytes.Lines(w.text) {
			if user := untilQuote(line, len(`{"user":"`)); !bytes.Equal(user, last) {
				last, known = user, j.emails[string(user)]
				w.seen.reset()
				for _, c := range known {
					c.moved.Store(true)
				}
			}
			if len(known) == 0 || !w.seen.add(maphash.Bytes(j.seed, line)) {
				continue
			}
			time, end := number(line, len(`{"user":"","timestamp":`)+len(last))
			found[i] = append(found[i], reading{time, w.number(&j.rests, line[end:])})
			w.block = append(w.block, line...)
		}
		return target.write(w.block)
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
	files, err := j.landing("step_trainer")
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
	err = each(files, func(_ int, w *worker) error {
		var last []byte
		owned := false
		for line := range bytes.Lines(w.text) {
			time, end := number(line, len(`{"sensorReadingTime":`))
			if serial := untilQuote(line, end+len(`,"serialNumber":"`)); !bytes.Equal(serial, last) {
				last, owned = serial, j.owned[string(serial)]
				w.seen.reset()
			}
			if !owned || !w.seen.add(maphash.Bytes(j.seed, line)) {
				continue
			}
			w.block = append(w.block, line...)
			step := line[:bytes.LastIndexByte(line, '}')]
			for at := j.times.first(time); at >= 0; at = j.times.next[at] {
				w.pairs = append(append(w.pairs, step...), j.rests.all[j.readings[at].rest]...)
			}
		}
		return errors.Join(trusted.write(w.block), training.write(w.pairs))
	})
	return errors.Join(err, trusted.close(), training.close())
}

// landing returns the files of a landing table.
func (j *job) landing(table string) (files []string, err error) {
	files, err = filepath.Glob(filepath.Join(j.lake, table, "landing", "*.json"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no files in the folder %s/landing", table)
	}
	return files, err
}

// worker has the buffers of one core.
type worker struct {
	text         []byte           // of the file that is being read
	block, pairs []byte           // what will be written
	seen         recent           // hashes of the lines of the current person or device
	known        map[string]int32 // the texts whose numbers it knows
}

// each calls work with the content of each file, on all cores.
func each(files []string, work func(i int, w *worker) error) error {
	errs := make([]error, len(files))
	var turn atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			w := &worker{known: map[string]int32{}}
			for i := int(turn.Add(1)) - 1; i < len(files); i = int(turn.Add(1)) - 1 {
				w.block, w.pairs = w.block[:0], w.pairs[:0]
				w.seen.reset()
				err := w.read(files[i])
				if err == nil {
					err = work(i, w)
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
	return untilQuote(line, at+len(beginning))
}

// untilQuote returns the text between a place in a line and the next quote.
func untilQuote(line []byte, from int) []byte {
	rest := line[min(from, len(line)):]
	return rest[:max(0, bytes.IndexByte(rest, '"'))]
}

// number returns the number at a place in a line, and the place after it.
func number(line []byte, at int) (n int64, end int) {
	for end = at; end < len(line) && line[end] >= '0' && line[end] <= '9'; end++ {
		n = 10*n + int64(line[end]-'0')
	}
	return n, end
}

func isPositive(text []byte) bool {
	n, _ := number(text, 0)
	return n > 0
}
