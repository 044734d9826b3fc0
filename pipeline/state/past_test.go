package state_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/state"
)

// written returns a lake with these files.
func written(t *testing.T, files map[string]string) *dir.Store {
	t.Helper()
	store, err := dir.Open(t.TempDir(), dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := store.Put(t.Context(), name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

const (
	killed = "20260102T000000.000Z"
	second = "20260103T000000.000Z"
	third  = "20260104T000000.000Z"
)

func TestRunsAreListedBesideDamagedAndKilledOnes(t *testing.T) {
	store := written(t, map[string]string{
		state.RunFolder(killed) + "/run.json": `{"run":"` + killed + `","status":"running","started":"2026-01-02T00:00:00Z"}`,
		state.RunFolder(second) + "/run.json": `{"run":`,
		state.RunFolder(third) + "/run.json":  `{"run":"` + third + `","status":"running","started":"2026-01-04T00:00:00Z"}`,
	})
	unlock, err := store.Lock(t.Context(), pipeline.Holder{Run: third, Since: time.Date(2026, 1, 4, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unlock() }()
	records, err := state.Records(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records {
		got = append(got, r.Run+" "+r.Status+" "+r.Started.Format(time.DateOnly))
	}
	want := []string{third + " running 2026-01-04", second + " damaged 2026-01-03", killed + " interrupted 2026-01-02"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	readable, err := state.ReadableRecords(t.Context(), store, []string{third, second, killed}, 5)
	if err != nil || len(readable) != 2 || readable[0].Status != "running" || readable[1].Status != "interrupted" {
		t.Errorf("the readable records: %+v, %v", readable, err)
	}
	if _, err := state.FindRun(t.Context(), store, "last~1"); err == nil || !strings.Contains(err.Error(), "Delete the folder") {
		t.Errorf("the damaged record: %v", err)
	}
	if r, err := state.FindRun(t.Context(), store, killed); err != nil || r.Status != "interrupted" {
		t.Errorf("the killed run: %+v, %v", r, err)
	}
}

func TestADamagedHistoryIsRebuiltFromTheRuns(t *testing.T) {
	for _, history := range []string{"", `{"last":`, `{"last":5}`} {
		store := written(t, map[string]string{
			state.RunFolder(killed) + "/rejects/a.ndjson": "{}\n",
			state.RunFolder(killed) + "/rejects/b.ndjson": "{}\n",
			state.RunFolder(third) + "/run.json":          "{}",
			state.HistoryName:                             history,
		})
		h, err := state.ReadHistory(t.Context(), store)
		if err != nil || h.Last != third || !slices.Equal(h.Rejects, []string{killed}) {
			t.Errorf("%q: %+v, %v", history, h, err)
		}
	}
}

func TestADamagedFileIsReportedWithAFixThatWorks(t *testing.T) {
	store := written(t, map[string]string{state.ManifestName("a"): "{", ".stedi/lake.json": "{"})
	_, ofTable := state.ReadManifest(t.Context(), store, state.ManifestName("a"))
	_, ofLake := state.AuthorityOf(t.Context(), store)
	for want, err := range map[string]error{"--replace": ofTable, "`stedi deploy`": ofLake} {
		if f, ok := errors.AsType[*pipeline.Failure](err); !ok || !strings.Contains(f.Fix, want) {
			t.Errorf("%v; want a fix with %s", err, want)
		}
	}
}
