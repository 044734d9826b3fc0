package dir_test

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

// A test cannot simulate a power failure, but it can check the order of the
// operations: bytes before the name, and the name before the return.
func TestOrderOfOperations(t *testing.T) {
	ctx := t.Context()
	for _, test := range []struct {
		says string
		do   func(t *testing.T, lake *dir.Store) error
		want []string
	}{
		{"a put into a new folder", func(_ *testing.T, lake *dir.Store) error {
			return lake.Put(ctx, "curated/t/a.json", []byte("a"))
		}, []string{
			"create .stedi/staging/temp", "write .stedi/staging/temp", "sync .stedi/staging/temp",
			"close .stedi/staging/temp",
			"mkdir curated", "syncdir .", "mkdir curated/t", "syncdir curated",
			"rename curated/t/a.json", "syncdir curated/t",
		}},
		{"a copy", func(_ *testing.T, lake *dir.Store) error {
			return lake.Copy(ctx, "trusted/a.json", "trusted/b.json")
		}, []string{
			"open trusted/a.json",
			"create .stedi/staging/temp", "write .stedi/staging/temp", "sync .stedi/staging/temp",
			"close .stedi/staging/temp",
			"rename trusted/b.json", "syncdir trusted",
		}},
		{"a delete", func(_ *testing.T, lake *dir.Store) error {
			return lake.Delete(ctx, "trusted/a.json")
		}, []string{"remove trusted/a.json", "syncdir trusted"}},
		{"a commit", func(t *testing.T, lake *dir.Store) error {
			t.Helper()
			staged, err := lake.Create(ctx, "a.json")
			if err != nil {
				return err
			}
			if _, err := io.WriteString(staged, "a"); err != nil {
				return err
			}
			if err := staged.Close(); err != nil {
				return err
			}
			_, err = lake.Commit(ctx, staged, "trusted/t/a.json", nil)
			return err
		}, []string{
			"create .stedi/staging/a.json", "write .stedi/staging/a.json", "sync .stedi/staging/a.json",
			"close .stedi/staging/a.json",
			"mkdir trusted/t", "syncdir trusted",
			"rename trusted/t/a.json", "syncdir trusted/t",
		}},
		{"a lock and its end", func(_ *testing.T, lake *dir.Store) error {
			unlock, err := lake.Lock(ctx, pipeline.Holder{})
			if err != nil {
				return err
			}
			return unlock()
		}, []string{"create .stedi/lock", "lock .stedi/lock", "truncate .stedi/lock", "write .stedi/lock", "truncate .stedi/lock"}},
	} {
		t.Run(test.says, func(t *testing.T) {
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			write(t, root, "trusted/a.json", "a")
			write(t, root, ".stedi/staging/b.json", "b")
			var got []string
			lake := open(t, root, func(op dir.Op) error {
				name, err := filepath.Rel(root, op.Path)
				if before, _, ok := strings.Cut(filepath.ToSlash(name), ".put-"); ok {
					name = before + "temp"
				}
				got = append(got, string(op.Kind)+" "+filepath.ToSlash(name))
				return err
			})
			if err := test.do(t, lake); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("operations were\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}
