package gitdir

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
)

var errDamaged = errors.New("the pack is damaged")

// pack is a pack file with its index, version 2.
type pack struct {
	file    *os.File
	fanout  [256]uint32
	names   []byte // sorted names of objects, 20 bytes each
	offsets []byte // 4 bytes each
	large   []byte // 8 bytes each
}

func openPack(root *os.Root, base string) (p *pack, err error) {
	info, err := root.Stat(base + ".idx")
	if err != nil {
		return nil, err
	}
	if info.Size() > maxIndex {
		return nil, ErrTooLarge
	}
	index, err := root.ReadFile(base + ".idx")
	if err != nil {
		return nil, err
	}
	p = &pack{}
	if err := p.index(index); err != nil {
		return nil, err
	}
	p.file, err = root.Open(base + ".pack")
	return p, err
}

func (p *pack) index(index []byte) error {
	const head = 8 + 4*256
	if len(index) < head || !bytes.HasPrefix(index, []byte("\xfftOc\x00\x00\x00\x02")) {
		return errors.New("only indexes of version 2 are supported: run git gc")
	}
	before := uint32(0)
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(index[8+4*i:])
		if p.fanout[i] < before {
			return errDamaged
		}
		before = p.fanout[i]
	}
	n := int(p.fanout[255])
	if len(index) < head+n*(20+4+4) {
		return errDamaged
	}
	p.names = index[head : head+20*n]
	p.offsets = index[head+24*n : head+28*n]
	p.large = index[head+28*n:]
	return nil
}

// find returns the position of an object in the pack.
func (p *pack) find(id hash) (int64, bool) {
	low := 0
	if id[0] > 0 {
		low = int(p.fanout[id[0]-1])
	}
	high := int(p.fanout[id[0]])
	i := low + sort.Search(high-low, func(i int) bool {
		return bytes.Compare(p.names[20*(low+i):20*(low+i)+20], id[:]) >= 0
	})
	if i >= high || !bytes.Equal(p.names[20*i:20*i+20], id[:]) {
		return 0, false
	}
	at := binary.BigEndian.Uint32(p.offsets[4*i:])
	if at&(1<<31) == 0 {
		return int64(at), true
	}
	k := 8 * int(at&^(1<<31))
	if k+8 > len(p.large) {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(p.large[k:]) &^ (1 << 63)), true
}

const (
	packCommit = 1 + iota
	packTree
	packBlob
	packTag
	_
	packOffsetDelta
	packNameDelta
)

var packKinds = map[int]string{packCommit: "commit", packTree: "tree", packBlob: "blob", packTag: "tag"}

// header reads the head of the object at a position.
func (p *pack) header(at int64) (kind int, size int64, r *bufio.Reader, err error) {
	r = bufio.NewReader(io.NewSectionReader(p.file, at, 1<<40))
	b, err := r.ReadByte()
	if err != nil {
		return 0, 0, nil, err
	}
	kind, size = int(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = r.ReadByte(); err != nil {
			return 0, 0, nil, err
		}
		if shift > 50 {
			return 0, 0, nil, errDamaged
		}
		size |= int64(b&0x7f) << shift
	}
	return kind, size, r, nil
}

// size returns the size of the object at a position. Of a delta it is the size of
// the result.
func (p *pack) size(at int64) (int64, error) {
	kind, size, r, err := p.header(at)
	if err != nil {
		return 0, err
	}
	switch kind {
	case packOffsetDelta:
		_, err = offset(r)
	case packNameDelta:
		_, err = r.Discard(20)
	default:
		return size, nil
	}
	if err != nil {
		return 0, err
	}
	z, err := zlib.NewReader(r)
	if err != nil {
		return 0, err
	}
	b := bufio.NewReader(z)
	if _, err = binary.ReadUvarint(b); err != nil {
		return 0, err
	}
	n, err := binary.ReadUvarint(b)
	return int64(min(n, 1<<62)), err
}

func (p *pack) object(at, limit int64, chain int) (kind string, data []byte, err error) {
	if chain == 0 {
		return "", nil, errDamaged
	}
	code, size, r, err := p.header(at)
	if err != nil {
		return "", nil, err
	}
	kind = packKinds[code]
	var base []byte
	if code == packOffsetDelta || code == packNameDelta {
		position, err := p.base(code, at, r)
		if err != nil {
			return "", nil, err
		}
		if kind, base, err = p.object(position, limit, chain-1); err != nil {
			return "", nil, err
		}
	}
	if kind == "" {
		return "", nil, errDamaged
	}
	z, err := zlib.NewReader(r)
	if err != nil {
		return "", nil, err
	}
	data, err = readAll(z, size, limit)
	if err == nil && base != nil {
		data, err = patch(base, data, limit)
	}
	return kind, data, err
}

// base returns the position of the object that a delta changes.
func (p *pack) base(code int, at int64, r *bufio.Reader) (int64, error) {
	if code == packOffsetDelta {
		back, err := offset(r)
		if err != nil || back <= 0 || back >= at {
			return 0, errors.Join(err, errDamaged)
		}
		return at - back, nil
	}
	var id hash
	if _, err := io.ReadFull(r, id[:]); err != nil {
		return 0, err
	}
	position, ok := p.find(id)
	if !ok {
		return 0, fmt.Errorf("%w: object %s is missing", errDamaged, id)
	}
	return position, nil
}

// offset reads the distance to the base of a delta.
func offset(r *bufio.Reader) (n int64, err error) {
	for i := 0; ; i++ {
		b, err := r.ReadByte()
		if err != nil || i > 7 {
			return 0, errors.Join(err, errDamaged)
		}
		n |= int64(b & 0x7f)
		if b&0x80 == 0 {
			return n, nil
		}
		n = (n + 1) << 7
	}
}

// patch applies a delta.
func patch(base, delta []byte, limit int64) ([]byte, error) {
	r := bytes.NewReader(delta)
	from, err := binary.ReadUvarint(r)
	if err != nil || from != uint64(len(base)) {
		return nil, errDamaged
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, errDamaged
	}
	if size > uint64(limit) {
		return nil, ErrTooLarge
	}
	out := make([]byte, 0, min(size, 1<<20))
	for r.Len() > 0 {
		op, err := r.ReadByte()
		if err != nil {
			return nil, err
		}
		var part []byte
		if op&0x80 == 0 {
			part = make([]byte, op)
			if _, err := io.ReadFull(r, part); err != nil || op == 0 {
				return nil, errDamaged
			}
		} else {
			at, n, err := copied(r, op)
			if err != nil || at+n > len(base) {
				return nil, errDamaged
			}
			part = base[at : at+n]
		}
		if uint64(len(out)+len(part)) > size {
			return nil, errDamaged
		}
		out = append(out, part...)
	}
	if uint64(len(out)) != size {
		return nil, errDamaged
	}
	return out, nil
}

// copied reads the operands of a copy from the base.
func copied(r *bytes.Reader, op byte) (at, n int, err error) {
	for i := range 7 {
		if op&(1<<i) == 0 {
			continue
		}
		b, err := r.ReadByte()
		if err != nil {
			return 0, 0, err
		}
		if i < 4 {
			at |= int(b) << (8 * i)
		} else {
			n |= int(b) << (8 * (i - 4))
		}
	}
	if n == 0 {
		n = 1 << 16
	}
	return at, n, nil
}
