package floor

import (
	"math/bits"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// set is a set of hashes of rows, for several writers at once. Rows with the
// same hash count as the same row: with 64 bits that is a risk of one in a
// million for the largest lakes, and the benchmark counts the rows afterwards.
type set struct{ slots []atomic.Uint64 }

// newSet returns an empty set for at most that many rows.
func newSet(rows int64) *set { return &set{make([]atomic.Uint64, power(2*rows))} }

// add reports whether the hash is new.
func (s *set) add(hash uint64) bool {
	hash |= 1 // 0 is an empty slot
	mask := uint64(len(s.slots) - 1)
	for at := hash >> 1 & mask; ; at = (at + 1) & mask {
		if s.slots[at].CompareAndSwap(0, hash) {
			return true
		}
		if s.slots[at].Load() == hash {
			return false
		}
	}
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
