package pager

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// plainSource hides the type of a source, so that Find searches row by row.
type plainSource struct{ Source }

// found formats the result of Find.
func found(tb testing.TB, src Source, text string, from int64, forward bool) string {
	tb.Helper()
	row, column, err := Find(tb.Context(), src, text, from, forward, func(int64) {})
	if errors.Is(err, ErrNotFound) {
		return "none"
	}
	if err != nil {
		tb.Fatal(err)
	}
	return fmt.Sprintf("%d:%d", row, column)
}

func TestFindLooksForwardAndBack(t *testing.T) {
	content := numbered(0, 3000) + `{"name":"\u004Aürgen \u001b[31m Kelvin","age":-1}` + "\n" + `{"name":null,"age":5,"weight":1e3}` + "\n" + numbered(3002, 3000)
	src := openFiles(t, -1, written(t, content, zipped(t, numbered(6002, 300)), numbered(6302, 300))...)
	if err := src.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text    string
		from    int64
		forward bool
		want    string
	}{
		{"SomeBody2999@", 0, true, "2999:0"},
		{"somebody2999@", 3000, true, "none"},
		{"somebody2999@", 6601, false, "2999:0"},
		{"somebody2999@", 2999, false, "2999:0"},
		{"somebody2999@", 2998, false, "none"},
		{"somebody6100@", 10, true, "6100:0"},
		{"somebody6500@", 0, true, "6500:0"},
		{"somebody1@", 6601, false, "1:0"},
		{"JÜRGEN", 0, true, "3000:0"},
		{"jürg", 6000, false, "3000:0"},
		{"kelvin", 0, true, "3000:0"},
		{"\x1b[31", 0, true, "3000:0"},
		{"null", 0, true, "3000:2"},
		{"1000", 3001, true, "3001:3"},
		{"name", 0, true, "none"},
		{"true", 3000, true, "3002:4"},
		{"", 0, true, "none"},
		{"a", -1, true, "none"},
		{"somebody", 1_000_000, true, "none"},
		{"somebody6601@", 1_000_000, false, "6601:0"},
	} {
		for _, src := range []Source{src, plainSource{src}} {
			if got := found(t, src, c.text, c.from, c.forward); got != c.want {
				t.Errorf("%T: %q from %d, forward %t: %s, not %s", src, c.text, c.from, c.forward, got, c.want)
			}
		}
	}
}

func TestFindStopsAndTellsHowFarItIs(t *testing.T) {
	src := openFiles(t, -1, written(t, numbered(0, 20_000))...)
	if err := src.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"12.75", "nobody at all"} { // the first needs every row, the second only the bytes
		for _, forward := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			from := map[bool]int64{true: 0, false: 19_999}[forward]
			last := from
			_, _, err := Find(ctx, src, text, from, forward, func(row int64) {
				if (row > last) != forward && row != last {
					t.Errorf("from row %d to %d", last, row)
				}
				if last = row; row > 5000 && row < 15_000 {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%q, forward %t: %v", text, forward, err)
			}
			cancel()
		}
	}
}

// FuzzFind checks that the search in bytes and the search in values give the
// same result.
func FuzzFind(f *testing.F) {
	f.Add(`{"name":"Ann \u0041 K","age":5,"weight":1.50}`, "k", uint8(0), true)
	f.Add(`{"NAME":"x\/y"}`+"\nno\n"+`{"weight":1E2,"tame":true}`, "/Y", uint8(3), false)
	f.Fuzz(func(t *testing.T, line, text string, from uint8, forward bool) {
		random := rand.New(rand.NewPCG(1, uint64(len(line))))
		var b strings.Builder
		for range 300 {
			if random.IntN(40) == 0 {
				b.WriteString(line + "\n")
			}
			b.WriteString(numbered(random.IntN(100), 1))
		}
		src := openFiles(t, -1, written(t, b.String())...)
		if err := src.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
		quick := found(t, src, text, int64(from), forward)
		slow := found(t, plainSource{src}, text, int64(from), forward)
		if quick != slow {
			t.Errorf("%q: %s through the bytes, %s through the values", text, quick, slow)
		}
	})
}

func TestFindWorksOnEverySource(t *testing.T) {
	s, _ := spool(t, countUp(5000))
	if err := s.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	view := openView(t, openQuerier(t, written(t, numbered(0, 3000))...), View{Sort: []Order{{Column: "age", Descending: true}}})
	for _, c := range []struct {
		src  Source
		text string
		want string
	}{{s, "ROW 4321 ", "4321:2"}, {view, "somebody321@", "2678:0"}} {
		if got := found(t, c.src, c.text, 0, true); got != c.want {
			t.Errorf("%s, not %s", got, c.want)
		}
		if got := found(t, c.src, c.text, 1_000_000, false); got != c.want {
			t.Errorf("back: %s, not %s", got, c.want)
		}
	}
}
