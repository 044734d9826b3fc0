package gitdir

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestDamagedDirectoriesAreRefused(t *testing.T) {
	for name, f := range map[string]map[string]string{
		"no commit":        {"HEAD": "ref: refs/heads/main\n"},
		"a missing object": {"HEAD": "0123456789012345678901234567890123456789\n"},
		"no hash":          {"HEAD": "hello\n"},
		"a way out":        {"HEAD": "ref: ../../etc/passwd\n"},
		"an old index":     {"HEAD": "ref: refs/heads/main\n", "objects/pack/a.idx": "old"},
		"not zlib":         {"HEAD": "0123456789012345678901234567890123456789\n", "objects/01/23456789012345678901234567890123456789": "text"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			f["objects/keep"] = ""
			for file, text := range f {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			root, err := os.OpenRoot(folder)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = root.Close() }()
			if !Is(root) {
				t.Error("not seen as a git directory")
			}
			d, err := Open(root)
			if err == nil {
				err = errors.Join(d.Files(10, func(Entry) error { return nil }), d.Close())
				if err == nil {
					t.Error("no error")
				}
			}
		})
	}
}

func FuzzPatch(f *testing.F) {
	f.Add([]byte("hello"), []byte{5, 3, 0x90, 3})
	f.Add([]byte("hello"), []byte{5, 2, 2, 'a', 'b'})
	f.Add([]byte(""), []byte{0, 0})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		out, err := patch(base, delta, 1<<16)
		if err == nil && len(out) > 1<<16 {
			t.Errorf("%d bytes", len(out))
		}
	})
}

func TestPatch(t *testing.T) {
	out, err := patch([]byte("hello"), []byte{5, 5, 0x90, 3, 2, '!', '?'}, 100)
	if err != nil || !bytes.Equal(out, []byte("hel!?")) {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := patch([]byte("hello"), []byte{5, 5, 0x90, 3, 2, '!', '?'}, 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
}
