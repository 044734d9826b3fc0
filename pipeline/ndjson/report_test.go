package ndjson

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNotesTellWhatWasAccepted(t *testing.T) {
	columns := []Column{{Name: "userName"}, {Name: "n", Type: Int}, {Name: "gone", Type: Double}}
	for _, test := range []struct {
		name     string
		contents []string
		want     []string
	}{
		{"nothing", []string{`{"userName":"a","n":1,"gone":null}`}, nil},
		{
			"empty files",
			[]string{"", "\xef\xbb\xbf\n \n", `{"userName":"a","n":1,"gone":1}`},
			[]string{"empty_file 2 2 no lines in 2 files, the first a.json"},
		},
		{
			"absent column",
			[]string{`{"userName":"a","n":1}`, `{"userName":"b","n":1}` + "\n" + `{"gone":null}`},
			[]string{"absent_column 1 1 column gone is absent from every line in a.json"},
		},
		{
			"column only in a rejected line",
			[]string{`{"userName":"a","n":1}` + "\n" + `{"gone":1`},
			[]string{"absent_column 1 1 column gone is absent from every line in a.json"},
		},
		{
			"absent columns",
			[]string{`{"userName":"a","n":1}`, `{"userName":"a"}`},
			[]string{"absent_column 2 3 columns n, gone are absent from every line of a file in 2 files, the first a.json"},
		},
		{
			"a key in another case",
			[]string{`{"USERNAME":"b","n":1,"gone":2}`},
			[]string{"key_case 1 1 the key of column userName differs in case 1 times in a.json"},
		},
		{
			"keys in another case",
			[]string{
				strings.Repeat(`{"username":"a","N":1,"gone":1}`+"\n", 3),
				`{"USERNAME":"b","n":1,"gone":2}` + "\n" + `{"Username":"b","n":5.5}`,
			},
			[]string{
				"key_case 2 7 the keys of columns userName, n differ in case 7 times in 2 files, the first a.json",
			},
		},
		{
			"unknown keys",
			[]string{
				strings.Repeat(`{"more":1,"userName":"a","n":1,"gone":1,"\u001b[2J":{"inner":1}}`+"\n", 2) + `{"rejected":1,}`,
				`{"more":1}` + "\n" + `{"userName":"a","n":1,"gone":1}`,
			},
			[]string{`unknown_key 2 5 5 unknown keys were ignored: "\x1b[2J" (2), "more" (3) in 2 files, the first a.json`},
		},
	} {
		for _, block := range []int{blockSize, 10} {
			s := NewScan(files(t, test.contents...), columns, Limits{})
			s.block = block
			_, report := read(t, s)
			var got []string
			for _, n := range report.Notes {
				got = append(got, fmt.Sprint(n.Kind, " ", n.Files, " ", n.Count, " ", n.Text))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: notes %q, want %q", test.name, got, test.want)
			}
		}
	}
}

func TestFewUnknownKeysAreNamedInAnyOrder(t *testing.T) {
	line := func(i int) string { return fmt.Sprintf("{\"key%02d\":1}\n", i) }
	var up, down string
	for i := range 50 {
		up += line(i)
		down = line(i) + down
	}
	long := "{\"" + strings.Repeat("é", 10_000) + "\":1}\n"
	_, a := read(t, NewScan(files(t, up+long+up), everyType, Limits{}))
	_, b := read(t, NewScan(files(t, long+down+down), everyType, Limits{}))
	got := a.Notes[len(a.Notes)-1].Text
	if want := b.Notes[len(b.Notes)-1].Text; got != want {
		t.Errorf("%s\n%s", got, want)
	}
	if !strings.HasPrefix(got, `101 unknown keys were ignored: "key00" (2), `) || !strings.HasSuffix(got, `"key19" (2) and others in a.json`) {
		t.Error(got)
	}
}

func TestManyUnknownKeysTakeLinearTime(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 100_000 {
		fmt.Fprintf(&b, "\"%d\":1,", i)
	}
	twice := b.String() + "\"99999\":1}\n"
	once := b.String() + "\"s\":\"a\"}\n"
	rows, report := read(t, NewScan(files(t, twice+once), everyType[:1], Limits{Line: 4 << 20}))
	if len(rows) != 1 || len(report.Rejects) != 1 || report.Rejects[0].Reason != twiceReason {
		t.Errorf("%d rows, %v", len(rows), report.Rejects)
	}
}

func TestKeyColumnMustOccur(t *testing.T) {
	_, report := read(t, NewScan(files(t, `{"x":1}`, `{"user":null}`, "", `{"user":1}`, `{"USER":"a"}`, `{}`), accelerometer, Limits{}))
	if got := fmt.Sprint(report.MissingKeys); got != "[{a.json user} {f.json user}]" {
		t.Errorf("missing keys: %s", got)
	}
}

func TestChangedFileIsAnError(t *testing.T) {
	line := "{\"s\":\"a\"}\n"
	for name, change := range map[string]func(path string) error{
		"grown": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString(line)
			return errors.Join(err, f.Close())
		},
		"cut": func(path string) error { return os.Truncate(path, 100) },
		"written over": func(path string) error {
			return errors.Join(os.WriteFile(path, []byte(strings.Repeat(line, 1000)), 0o600), os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
		},
		"replaced": func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(path+"2", []byte(strings.Repeat(line, 1000)), 0o600),
				os.Chtimes(path+"2", info.ModTime(), info.ModTime()), os.Rename(path+"2", path))
		},
		"gone": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			all := files(t, strings.Repeat(line, 1000))
			s := NewScan(all, everyType[:1], Limits{})
			s.block = 1000
			defer s.Close()
			c := s.Cursor()
			defer c.Close()
			vectors := newVectors(1)
			if n, err := c.Fill(t.Context(), vectors, 10); n != 10 || err != nil {
				t.Fatal(n, err)
			}
			if err := change(all[0].Path); err != nil {
				t.Fatal(err)
			}
			_, err := fillFrom(t.Context(), c)
			var changed *ChangedError
			if !errors.As(err, &changed) || err.Error() != "a.json: changed while reading" {
				t.Errorf("got %v", err)
			}
			if _, err := c.Fill(t.Context(), vectors, 10); !errors.As(err, &changed) {
				t.Errorf("the second time: %v", err)
			}
			if _, err := s.Report(t.Context()); !errors.As(err, &changed) {
				t.Errorf("the report: %v", err)
			}
		})
	}
}

func TestFileChangedBeforeItsLinesAreCountedIsAnError(t *testing.T) {
	all := files(t, "{\"s\":1}\n{\"s\":2}\n")
	s := NewScan(all, everyType[:1], Limits{})
	if _, err := fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(all[0].Path, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	var changed *ChangedError
	if _, err := s.Report(t.Context()); !errors.As(err, &changed) {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		path string
		want error
	}{
		{filepath.Join(dir, "missing"), fs.ErrNotExist},
		{dir, nil},
	} {
		s := NewScan([]File{{Path: test.path, Name: "it"}}, everyType, Limits{})
		_, err := fill(t.Context(), s)
		if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.HasPrefix(err.Error(), "it: ") {
			t.Errorf("got %v", err)
		}
	}
}

func TestCancelledScanStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := NewScan(files(t, strings.Repeat("{}\n", 10)), everyType, Limits{})
	defer s.Close()
	c := s.Cursor()
	vectors := newVectors(5)
	if n, err := c.Fill(ctx, vectors, 1); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	cancel()
	if _, err := c.Fill(ctx, vectors, 20); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTooManyRejectsAreAnError(t *testing.T) {
	for _, limits := range []Limits{{Rejects: 3}, {RejectBytes: 30}} {
		s := NewScan(files(t, strings.Repeat("{\"s\":12}\n", 4)), everyType[:1], limits)
		_, err := fill(t.Context(), s)
		var tooMany *TooManyRejectsError
		if !errors.As(err, &tooMany) || !strings.Contains(err.Error(), "s: expected string, found number") || strings.Contains(err.Error(), "12") {
			t.Errorf("%+v: %v", limits, err)
		}
		const repair = "a.json holds JSON lines with numbers where strings belong (s). Convert it; in the lake's directory run: sed -E "
		if got := tooMany.Repair(); !strings.HasPrefix(got, repair) {
			t.Errorf("%+v: repair %s", limits, got)
		}
		s = NewScan(files(t, strings.Repeat("{\"s\":12}\n", 3)), everyType[:1], limits)
		if _, report := read(t, s); report.Rejected != 3 {
			t.Errorf("%+v: %d rejects", limits, report.Rejected)
		}
	}
}

func TestHashIsText(t *testing.T) {
	h := NewHasher()
	_, _ = h.Write([]byte("x"))
	sum := h.Sum()
	text, err := sum.MarshalText()
	if err != nil || string(text) != sum.String() || len(text) != 32 {
		t.Errorf("%s, %v", text, err)
	}
	var back Hash
	if err := back.UnmarshalText(text); err != nil || back != sum {
		t.Errorf("%s, %v", back, err)
	}
	for _, bad := range []string{"", "12", string(text) + "0", string(text[1:]) + "g"} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is a hash", bad)
		}
	}
}

func TestRepairCountsTheFilesThatItDoesNotDescribe(t *testing.T) {
	for n, want := range map[int]string{maxRepairs: "", maxRepairs + 1: "1 more file needs a repair, too.", maxRepairs + 2: "2 more files need a repair, too."} {
		var r Report
		for i := range n {
			r.Files = append(r.Files, FileReport{Name: fmt.Sprintf("%d.json", i), Advice: Advice{What: "lines"}})
		}
		got := r.Repair()
		if _, more, _ := strings.Cut(got, "\n  2.json holds lines. Replace it.\n  "); more != want {
			t.Errorf("%d files: %q, want %q at the end", n, got, want)
		}
	}
}
