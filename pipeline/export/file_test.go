package export_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline/export"
)

func TestAFileIsThereWholeOrNotAtAll(t *testing.T) {
	name := filepath.Join(t.TempDir(), "rows.csv")
	broken := errors.New("the rows end in the middle")
	err := export.Into(name, func(w io.Writer) error {
		_, err := io.WriteString(w, "a part")
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a part of the rows is left (%v)", err)
	}
	write := func(text string) error {
		return export.Into(name, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
	}
	if err := write("all"); err != nil {
		t.Fatal(err)
	}
	if err := write("others"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error is %v", err)
	}
	if text, err := os.ReadFile(name); string(text) != "all" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
}

func TestAFileIsReplacedOnlyByAWholeOne(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "rows.csv")
	broken := errors.New("the rows end in the middle")
	for _, c := range []struct {
		text string
		err  error
		want string
	}{{"first", nil, "first"}, {"second", nil, "second"}, {"third", broken, "second"}} {
		err := export.Over(name, func(w io.Writer) error {
			_, err := io.WriteString(w, c.text)
			return errors.Join(err, c.err)
		})
		if !errors.Is(err, c.err) {
			t.Errorf("error is %v", err)
		}
		if text, err := os.ReadFile(name); string(text) != c.want {
			t.Errorf("the file holds %q (%v)", text, err)
		}
	}
	if left, err := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("%v is left (%v)", left, err)
	}
}
