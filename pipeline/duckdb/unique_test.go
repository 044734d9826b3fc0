package duckdb

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"stedi/pipeline"
)

func TestOneHashThatIsThereTwiceIsFoundAmongMany(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	hashes := make([]uint64, 200_000)
	seen := map[uint64]bool{}
	for i := range hashes {
		for hashes[i] = random.Uint64(); seen[hashes[i]]; {
			hashes[i] = random.Uint64()
		}
		seen[hashes[i]] = true
	}
	hashes[77] = 0 // the value for a free place is also a valid hash
	for _, c := range []struct {
		name  string
		extra []uint64
		want  bool
	}{
		{"none twice", nil, true},
		{"the first", hashes[:1], false},
		{"the last", hashes[len(hashes)-1:], false},
		{"zero", []uint64{0}, false},
		{"a new one", []uint64{hashes[5] ^ 1}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := &hashSet{}
			var wg sync.WaitGroup
			for part := range 4 {
				wg.Go(func() {
					for at := part * 50_000; at < (part+1)*50_000; at += 2000 {
						set.add(hashes[at : at+2000])
					}
				})
			}
			wg.Wait()
			set.add(c.extra)
			if got := set.unique(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// Equality is that of SQL: 0 and -0 are equal, and so are nulls.
func TestTheProofAgreesWithDistinct(t *testing.T) {
	for rows, want := range map[string]string{
		"(1, 0.0), (1, -0.0)":                  "1",
		"(1, NULL), (1, NULL)":                 "1",
		"(1, NULL), (NULL, 1)":                 "2",
		"(1, 0.5), (1, 0.25), (2, 0.5)":        "3",
		"(1, 0.5), (1, 0.5), (1, 0.5), (2, 1)": "2",
	} {
		e := open(t, Options{})
		j, out := job(t, e, "SELECT DISTINCT v.a, CAST(v.b AS DOUBLE) AS b FROM (VALUES "+rows+") AS v(a, b)")
		j.Keep = true
		result, err := e.Run(t.Context(), j, func(pipeline.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(result.Rows); got != want || strings.Count(out.String(), "\n") != int(result.Rows) {
			t.Errorf("%s: %s rows, want %s", rows, got, want)
		}
	}
}
