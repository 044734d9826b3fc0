package floor

import (
	"bytes"
	"errors"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// recent is a set of hashes of the lines that follow each other. Lines with the
// same hash count as equal: the benchmark counts the rows afterwards.
type recent struct {
	slots []uint64
	used  []uint64 // places in slots
}

func (r *recent) reset() {
	for _, at := range r.used {
		r.slots[at] = 0
	}
	r.used = r.used[:0]
}

// add reports whether the hash is new.
func (r *recent) add(hash uint64) bool {
	if 2*len(r.used) >= len(r.slots) {
		r.grow()
	}
	hash |= 1 // 0 is an empty slot
	at := r.place(hash)
	if r.slots[at] == hash {
		return false
	}
	r.slots[at], r.used = hash, append(r.used, at)
	return true
}

func (r *recent) place(hash uint64) uint64 {
	mask := uint64(len(r.slots) - 1)
	at := hash >> 1 & mask
	for r.slots[at] != 0 && r.slots[at] != hash {
		at = (at + 1) & mask
	}
	return at
}

func (r *recent) grow() {
	before := recent{r.slots, r.used}
	r.slots, r.used = make([]uint64, max(256, 2*len(before.slots))), nil
	for _, at := range before.used {
		r.add(before.slots[at])
	}
}

// texts are different texts, which have numbers.
type texts struct {
	lock    sync.Mutex
	numbers map[string]int32
	all     [][]byte
}

// number returns the number of a text. Each core knows the numbers of the texts
// that it has met.
func (w *worker) number(t *texts, text []byte) int32 {
	n, ok := w.known[string(text)]
	if ok {
		return n
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	if n, ok = t.numbers[string(text)]; !ok {
		n = int32(len(t.all))
		t.numbers[string(text)], t.all = n, append(t.all, bytes.Clone(text))
	}
	w.known[string(text)] = n
	return n
}

// read reads a file.
func (w *worker) read(name string) (err error) {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w.text = slices.Grow(w.text[:0], int(info.Size()))[:info.Size()]
	_, err = io.ReadFull(file, w.text)
	return err
}

// index finds the readings of a time: the first one, and after each the next.
type index struct {
	times []int64
	heads []int32
	next  []int32
}

func newIndex(readings []reading) *index {
	size := power(2 * int64(len(readings)))
	x := &index{make([]int64, size), make([]int32, size), make([]int32, len(readings))}
	for i, r := range readings {
		at := x.slot(r.time)
		x.next[i] = -1
		if x.times[at] == r.time {
			x.next[i] = x.heads[at]
		}
		x.times[at], x.heads[at] = r.time, int32(i)
	}
	return x
}

// first returns the first reading of a time, or -1.
func (x *index) first(time int64) int32 {
	if at := x.slot(time); x.times[at] == time {
		return x.heads[at]
	}
	return -1
}

func (x *index) slot(time int64) uint64 {
	mask := uint64(len(x.times) - 1)
	at := uint64(time) * 0x9e3779b97f4a7c15 >> 20 & mask
	for x.times[at] != 0 && x.times[at] != time {
		at = (at + 1) & mask
	}
	return at
}

// power returns the least power of two above n.
func power(n int64) int64 { return 1 << bits.Len64(uint64(n)) }

// sink is the file of a derived table.
type sink struct {
	lock   sync.Mutex
	file   *os.File
	buffer []byte // of add
}

func (j *job) create(table string) (*sink, error) {
	file, err := os.Create(filepath.Join(j.out, table+".json"))
	return &sink{file: file}, err
}

// add adds a line; only one goroutine may do so.
func (s *sink) add(line []byte) { s.buffer = append(s.buffer, line...) }

// write writes whole lines.
func (s *sink) write(block []byte) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, err := s.file.Write(block)
	return err
}

func (s *sink) close() error {
	err := s.write(s.buffer)
	if e := s.file.Close(); err == nil {
		err = e
	}
	return err
}
