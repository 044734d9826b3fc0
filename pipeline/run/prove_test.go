package run_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

// dialect is the embedded engine under another name, with another notation of
// rows, or with other rows.
type dialect struct {
	pipeline.Engine

	name  string
	write func(lines []string) []string
}

func (d *dialect) Name() string { return d.name }

func (d *dialect) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	out := job.Output.Stream
	var rows bytes.Buffer
	job.Output.Stream = &rows
	result, err := d.Engine.Run(ctx, job, progress)
	if err != nil {
		return result, err
	}
	lines := strings.SplitAfter(strings.TrimSuffix(rows.String(), "\n")+"\n", "\n")
	_, err = io.WriteString(out, strings.Join(d.write(lines[:len(lines)-1]), ""))
	return result, err
}

func prove(t *testing.T, w *laketest.Lake, values bool, names []string, write func([]string) []string) []run.Proof {
	t.Helper()
	temp := t.TempDir()
	// The jobs of one engine run one after the other, so the other one is a
	// second engine.
	other := &dialect{laketest.Engine(t), "spark", write}
	var proofs []run.Proof
	err := run.Prove(t.Context(), w.Runner, run.ProofOptions{
		Select: names, Engines: []pipeline.Engine{w.Runner.Engine, other}, Values: values, Temp: temp, Log: func(string, string, string) {},
	}, func(p run.Proof) { proofs = append(proofs, p) })
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("rows are left behind: %v, %v", left, err)
	}
	return proofs
}

func TestEnginesThatWriteTheSameRowsInOtherWaysAreEqual(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "orders/landing/2.json", "{\"person\":1,\"total\":-0.0}\n{\"person\":3}\n{\"person\":1,\"total\":1}\n")
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	before := w.Read(t, "orders/trusted/part-00000.json")
	for _, p := range prove(t, w, false, nil, func(lines []string) []string {
		slices.Reverse(lines)
		for i := range lines {
			lines[i] = strings.NewReplacer("2.5", "25e-1", "-0.0", "0", `,"total":null`, "").Replace(lines[i])
		}
		return lines
	}) {
		if !p.Equal || p.Engines[0].Hash != p.Engines[1].Hash {
			t.Errorf("%+v", p)
		}
	}
	if now := w.Read(t, "orders/trusted/part-00000.json"); now != before {
		t.Error("the lake's table has changed")
	}
}

func TestRowsThatOnlyOneEngineMakesAreFound(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		write            func([]string) []string
		missing, surplus int64
	}{
		"a row twice":   {func(l []string) []string { return append(l, l[0]) }, 0, 1},
		"a row less":    {func(l []string) []string { return l[1:] }, 1, 0},
		"another value": {func(l []string) []string { l[0] = strings.Replace(l[0], "2.5", "2.25", 1); return l }, 1, 1},
		"null":          {func(l []string) []string { l[0] = strings.Replace(l[0], "2.5", "null", 1); return l }, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, values := range []bool{false, true} {
				proofs := prove(t, w, values, []string{"bought"}, c.write)
				if len(proofs) != 1 || proofs[0].Equal {
					t.Fatalf("%+v", proofs)
				}
				got := proofs[0].Engines[1]
				if got.Missing != c.missing || got.Surplus != c.surplus || int64(len(got.First)) != c.missing+c.surplus {
					t.Errorf("%+v", got)
				}
				for _, row := range got.First {
					if row.Line == 0 || row.File != filepath.Base(row.File) || (row.Values != nil) != values {
						t.Errorf("%+v", row)
					}
				}
			}
		})
	}
}

func TestNothingIsProvedOfATableWhoseInputsWereNeverMade(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	err := run.Prove(t.Context(), w.Runner, run.ProofOptions{
		Select: []string{"turnover"}, Engines: []pipeline.Engine{w.Runner.Engine, laketest.Engine(t)}, Temp: t.TempDir(), Log: func(string, string, string) {},
	}, func(p run.Proof) { t.Errorf("it proves %+v", p) })
	if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "has not been built") {
		t.Errorf("got %v", err)
	}
}
