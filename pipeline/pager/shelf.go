package pager

import (
	"context"
	"errors"
	"os"
	"slices"

	"stedi/pipeline/ndjson"
)

// shelf keeps unpacked copies of compressed files. When they exceed shelfRoom,
// it removes the least recently used ones.
type shelf struct {
	temp   string
	folder string        // below temp; "" until first used
	turn   chan struct{} // holds a value while a caller uses the other fields
	room   int64
	held   []unpacked // in order of use, the most recent at the end
}

type unpacked struct {
	file int
	path string
	size int64
}

// shelfRoom bounds the unpacked bytes. A single larger file may exceed it.
const shelfRoom = 1 << 30

func newShelf(temp string) shelf {
	return shelf{temp: temp, turn: make(chan struct{}, 1), room: shelfRoom}
}

// take opens the unpacked copy of a compressed file.
func (s *shelf) take(ctx context.Context, file int, what ndjson.File) (*os.File, int64, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	defer func() { <-s.turn }()
	i := slices.IndexFunc(s.held, func(u unpacked) bool { return u.file == file })
	if i < 0 {
		if err := s.unpack(ctx, file, what); err != nil {
			return nil, 0, err
		}
		i = len(s.held) - 1
	}
	u := s.held[i]
	s.held = append(slices.Delete(s.held, i, i+1), u)
	s.clear()
	opened, err := os.Open(u.path)
	return opened, u.size, err
}

func (s *shelf) unpack(ctx context.Context, file int, what ndjson.File) (err error) {
	if s.folder == "" {
		if s.folder, err = os.MkdirTemp(s.temp, "unpacked-"); err != nil {
			return err
		}
	}
	out, err := os.CreateTemp(s.folder, "*.json")
	if err != nil {
		return err
	}
	u := unpacked{file: file, path: out.Name()}
	err = ndjson.Unpack(ctx, what, ndjson.Limits{}, out)
	if err == nil {
		u.size, err = out.Seek(0, 1)
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(u.path))
	}
	s.held = append(s.held, u)
	return nil
}

// clear removes copies to make room, but keeps the last one. Some systems
// cannot remove a file that is being read; such a file stays until close.
func (s *shelf) clear() {
	total := int64(0)
	for _, u := range s.held {
		total += u.size
	}
	for total > s.room && len(s.held) > 1 && os.Remove(s.held[0].path) == nil {
		total -= s.held[0].size
		s.held = slices.Delete(s.held, 0, 1)
	}
}

func (s *shelf) close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.folder == "" {
		return nil
	}
	folder := s.folder
	s.folder, s.held = "", nil
	return os.RemoveAll(folder)
}
