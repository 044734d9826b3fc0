// Package gitdir reads the files of a commit out of a bare git directory. It
// starts no process and reads neither configuration nor hooks, so that a
// directory of a stranger can be read.
package gitdir

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ErrTooLarge means that an object is larger than the limit.
var ErrTooLarge = errors.New("the object is too large")

const (
	maxDelta   = 60      // length of a chain of deltas
	maxTreeLen = 4 << 20 // bytes of one tree
	maxIndex   = 64 << 20
)

type hash [20]byte

func (h hash) String() string { return hex.EncodeToString(h[:]) }

// Dir is a bare git directory.
type Dir struct {
	root  *os.Root
	packs []*pack
}

// Entry is a file of a commit.
type Entry struct {
	Name string // path with slashes, as it is in the tree
	Mode fs.FileMode
	id   hash
}

// Is reports whether a directory looks like a git directory.
func Is(root *os.Root) bool {
	head, err := root.Stat("HEAD")
	objects, err2 := root.Stat("objects")
	return err == nil && err2 == nil && head.Mode().IsRegular() && objects.IsDir()
}

// Open opens a git directory. The caller keeps root open as long as the Dir is
// used.
func Open(root *os.Root) (*Dir, error) {
	d := &Dir{root: root}
	entries, err := fs.ReadDir(root.FS(), "objects/pack")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if base, ok := strings.CutSuffix(e.Name(), ".idx"); ok {
			p, err := openPack(root, "objects/pack/"+base)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.Name(), err)
			}
			d.packs = append(d.packs, p)
		}
	}
	return d, nil
}

// Close closes the pack files.
func (d *Dir) Close() error {
	var err error
	for _, p := range d.packs {
		err = errors.Join(err, p.file.Close())
	}
	return err
}

// head returns the commit of HEAD, or of the only or usual branch if HEAD names
// a branch that does not exist.
func (d *Dir) head() (hash, error) {
	text, err := d.small("HEAD")
	if err != nil {
		return hash{}, err
	}
	refs, names := d.packedRefs(), []string{}
	ref, symbolic := strings.CutPrefix(text, "ref:")
	if !symbolic {
		return parseHash(text)
	}
	names = append(names, strings.TrimSpace(ref), "refs/heads/main", "refs/heads/master", "refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master")
	for range 3 { // a reference may name another one
		for _, name := range names {
			if !fs.ValidPath(name) || !strings.HasPrefix(name, "refs/") {
				continue
			}
			text, err := d.small(name)
			if err != nil {
				text = refs[name]
			}
			if next, symbolic := strings.CutPrefix(text, "ref:"); symbolic {
				names = append(names, strings.TrimSpace(next))
			} else if h, err := parseHash(text); err == nil {
				return h, nil
			}
		}
	}
	for _, name := range slices.Sorted(mapKeys(refs)) {
		if strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/remotes/") {
			return parseHash(refs[name])
		}
	}
	return hash{}, errors.New("the repository has no commit")
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (d *Dir) packedRefs() map[string]string {
	refs := map[string]string{}
	text, err := d.small("packed-refs")
	if err != nil {
		return refs
	}
	for line := range strings.Lines(text) {
		if id, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && len(id) == 40 {
			refs[name] = id
		}
	}
	return refs
}

// small reads a small text file of the directory.
func (d *Dir) small(name string) (string, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if s, err := f.Stat(); err != nil || !s.Mode().IsRegular() {
		return "", errors.Join(err, fmt.Errorf("%s is not a file", name))
	}
	text, err := io.ReadAll(io.LimitReader(f, 4<<20))
	return strings.TrimSpace(string(text)), err
}

func parseHash(text string) (h hash, err error) {
	text = strings.TrimSpace(text)
	if len(text) != 2*len(h) {
		return h, errors.New("not a SHA-1 name of an object")
	}
	_, err = hex.Decode(h[:], []byte(text))
	return h, err
}

// Files calls yield for each file of the commit of HEAD. It stops at the first
// error of yield, and at trees that are nested deeper than depth.
func (d *Dir) Files(depth int, yield func(Entry) error) error {
	commit, err := d.head()
	if err != nil {
		return err
	}
	kind, data, err := d.object(commit, maxTreeLen)
	if err != nil {
		return fmt.Errorf("commit %s: %w", commit, err)
	}
	first, _, _ := strings.Cut(string(data), "\n")
	id, ok := strings.CutPrefix(first, "tree ")
	if kind != "commit" || !ok {
		return fmt.Errorf("object %s is not a commit", commit)
	}
	tree, err := parseHash(id)
	if err != nil {
		return err
	}
	return d.tree(tree, "", depth, yield)
}

func (d *Dir) tree(id hash, below string, depth int, yield func(Entry) error) error {
	kind, data, err := d.object(id, maxTreeLen)
	if err != nil || kind != "tree" {
		return fmt.Errorf("tree %s: %w", id, errors.Join(err, errKind(kind, "tree")))
	}
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, ok2 := strings.Cut(string(head), " ")
		if !ok || !ok2 || len(rest) < len(hash{}) {
			return fmt.Errorf("tree %s is damaged", id)
		}
		var child hash
		copy(child[:], rest)
		data = rest[len(child):]
		name = path.Join(below, strings.ReplaceAll(name, "/", "∕"))
		switch mode {
		case "40000", "040000":
			if depth <= 0 {
				err = yield(Entry{Name: name, Mode: fs.ModeDir})
			} else {
				err = d.tree(child, name, depth-1, yield)
			}
		case "120000":
			err = yield(Entry{Name: name, Mode: fs.ModeSymlink})
		case "160000": // a submodule lies elsewhere
		default:
			err = yield(Entry{Name: name, id: child})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func errKind(kind, want string) error {
	if kind == want || kind == "" {
		return nil
	}
	return fmt.Errorf("it is a %s", kind)
}

// Read returns the content of a file.
func (d *Dir) Read(e Entry, limit int64) ([]byte, error) {
	kind, data, err := d.object(e.id, limit)
	return data, errors.Join(err, errKind(kind, "blob"))
}

// Size returns the size of a file, without its content where that is stored
// whole.
func (d *Dir) Size(e Entry) (int64, error) {
	for _, p := range d.packs {
		if at, ok := p.find(e.id); ok {
			return p.size(at)
		}
	}
	_, size, body, err := d.loose(e.id)
	if err == nil {
		err = body.Close()
	}
	return size, err
}

func (d *Dir) object(id hash, limit int64) (kind string, data []byte, err error) {
	for _, p := range d.packs {
		if at, ok := p.find(id); ok {
			return p.object(at, limit, maxDelta)
		}
	}
	kind, size, body, err := d.loose(id)
	if err != nil {
		return "", nil, err
	}
	defer body.Close() //nolint:errcheck // it was only read
	data, err = readAll(body, size, limit)
	return kind, data, err
}

type looseBody struct {
	io.Reader
	io.Closer
}

func (d *Dir) loose(id hash) (kind string, size int64, body io.ReadCloser, err error) {
	name := id.String()
	f, err := d.root.Open("objects/" + name[:2] + "/" + name[2:])
	if errors.Is(err, fs.ErrNotExist) {
		return "", 0, nil, errors.New("the object is missing: fetch the whole repository")
	}
	if err != nil {
		return "", 0, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	z, err := zlib.NewReader(f)
	if err != nil {
		return "", 0, nil, err
	}
	var head []byte
	for one := make([]byte, 1); len(head) < 40; {
		if _, err := io.ReadFull(z, one); err != nil {
			return "", 0, nil, err
		}
		if one[0] == 0 {
			break
		}
		head = append(head, one[0])
	}
	kind, count, _ := strings.Cut(string(head), " ")
	size, err = strconv.ParseInt(count, 10, 64)
	return kind, size, looseBody{z, f}, err
}

// readAll reads exactly size bytes, if they are within the limit.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	if size < 0 || size > limit {
		return nil, ErrTooLarge
	}
	data := bytes.NewBuffer(make([]byte, 0, min(size, 1<<20)))
	n, err := io.Copy(data, io.LimitReader(r, size))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return data.Bytes(), err
}
