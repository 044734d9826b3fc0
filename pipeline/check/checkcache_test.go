package check_test

import (
	"maps"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/definition"
	"stedi/pipeline/laketest"
)

// cachedMark is put into the cached result of a check, to show where it is used.
const cachedMark = "from the cache"

// markCached changes the message of the check of the table bought in the cache.
func markCached(t *testing.T, w *laketest.Lake) {
	t.Helper()
	text := w.Read(t, check.CacheName)
	marked := strings.ReplaceAll(text, "An order is small.", cachedMark)
	if marked == text {
		t.Fatalf("the check is not cached: %s", text)
	}
	w.Write(t, check.CacheName, marked)
}

func TestACheckIsEvaluatedAgainIfAnythingThatItDependsOnHasChanged(t *testing.T) {
	rule := ordersChecks["checks/cheap.sql"]
	for name, c := range map[string]struct {
		change func(*changing)
		force  bool
		cached bool
	}{
		"nothing":       {cached: true},
		"another table": {change: func(w *changing) { w.put("people/landing/2.json", "{\"id\":9,\"name\":\"Eve\"}\n") }, cached: true},
		"the table": {change: func(w *changing) {
			w.put("orders/trusted/part-00000.json", "{\"person\":1,\"total\":1}\n")
		}},
		"force": {force: true},
		"its SQL": {change: func(w *changing) {
			w.redefine(map[string]string{"checks/cheap.sql": rule + " OR b.total < 1"})
		}},
		"its severity": {change: func(w *changing) {
			w.redefine(map[string]string{"checks/cheap.sql": strings.Replace(rule, "warning", "error", 1)})
		}},
		"its words": {change: func(w *changing) {
			w.redefine(map[string]string{"checks/cheap.sql": strings.Replace(rule, "An order", "Each order", 1)})
		}},
		"forbidden": {change: func(w *changing) {
			w.redefine(map[string]string{"checks/cheap.sql": "-- forbidden: x\n" + rule})
		}},
		"its message": {change: func(w *changing) {
			w.redefine(map[string]string{"checks/cheap.sql": strings.Replace(rule, "AS message", "AS note", 1)})
		}},
		"a damaged cache": {change: func(w *changing) { w.put(check.CacheName, "{") }},
		"of another check": {change: func(w *changing) {
			w.put(check.CacheName, strings.ReplaceAll(w.get(check.CacheName), `"key": "`, `"key": "0`))
		}},
		"a manifest less": {change: func(w *changing) { w.remove(".stedi/tables/bought.json") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := laketest.New(t, laketest.OrdersWith(ordersChecks))
			if _, err := w.Run(t, pipeline.RunOptions{Check: true}); err != nil {
				t.Fatal(err)
			}
			markCached(t, w)
			if c.change != nil {
				c.change(&changing{w, t})
			}
			before := w.Read(t, check.CacheName)
			record, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{Force: c.force})
			if err != nil {
				t.Fatal(err)
			}
			got := checkOf(t, record, "cheap", "bought")
			if got.State != "fail" || got.Failing != 1 || strings.Contains(got.Message, cachedMark) != c.cached {
				t.Errorf("cached: %t, got %+v", c.cached, got)
			}
			if w.Read(t, check.CacheName) != before {
				t.Error("the lake was changed")
			}
		})
	}
}

// changing changes a lake within a test.
type changing struct {
	*laketest.Lake
	t *testing.T
}

func (c *changing) put(name, text string) { c.Write(c.t, name, text) }

func (c *changing) get(name string) string { return c.Read(c.t, name) }

func (c *changing) remove(name string) { c.Remove(c.t, name) }

// redefine loads the definition with other checks.
func (c *changing) redefine(checks map[string]string) {
	folder := laketest.OrdersWith(ordersChecks)
	maps.Copy(folder, laketest.OrdersWith(checks))
	lake, err := definition.Load(c.t.Context(), folder, nil, laketest.Engine(c.t))
	if err != nil {
		c.t.Fatal(err)
	}
	c.Runner.Lake = lake
}

func TestARunWithForceEvaluatesAllChecks(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	if _, err := w.Run(t, pipeline.RunOptions{Check: true}); err != nil {
		t.Fatal(err)
	}
	markCached(t, w)
	for _, force := range []bool{false, true} {
		record, err := w.Run(t, pipeline.RunOptions{Check: true, Force: force})
		if err != nil {
			t.Fatal(err)
		}
		if got := checkOf(t, record, "cheap", "bought"); strings.Contains(got.Message, cachedMark) == force {
			t.Errorf("force: %t, got %+v", force, got)
		}
	}
}

func TestAnUnchangedLakeIsCheckedAsItWasBuilt(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	ran, err := w.Run(t, pipeline.RunOptions{Check: true})
	if err != nil {
		t.Fatal(err)
	}
	known, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	read, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range read.Checks {
		if got := checkOf(t, known, want.Check, want.Table); got.State != want.State || got.Failing != want.Failing || got.Message != want.Message {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	for _, want := range read.Tables {
		if got := known.Table(want.Table); got.Rows != want.Rows || got.Bytes != want.Bytes || got.Files != want.Files {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if len(known.Checks) != len(read.Checks) || ran.ExitCode != known.ExitCode {
		t.Errorf("%d checks and %d", len(known.Checks), len(read.Checks))
	}
}

func TestAnUnreadableLineOfAnUnchangedLakeIsStillReported(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(ordersChecks))
	w.Write(t, "people/landing/2.json", "{\"id\":9}\n{\"id\":\n")
	if _, err := w.Run(t, pipeline.RunOptions{Check: true, Allow: pipeline.Allowance{Limit: pipeline.Limit{Count: 1}}}); err != nil {
		t.Fatal(err)
	}
	record, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if c := checkOf(t, record, "readable", "people"); c.State != "fail" || c.Failing != 1 {
		t.Errorf("got %+v", c)
	}
}

func TestAChecksResultIsCachedOnlyIfItRepeats(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT b.total FROM bought AS b WHERE b.total < 2":                                     true,
		"-- now and today\nSELECT b.now, b.user, b.age FROM bought AS b WHERE b.\"random\" = 1": true,
		"SELECT b.total FROM bought AS b WHERE b.total > epoch_ms(now())":                       false,
		"SELECT b.total FROM bought AS b WHERE b.day > CURRENT_DATE":                            false,
		"SELECT b.total FROM bought AS b WHERE b.total > main.\"random\"()":                     false,
		"SELECT b.total FROM bought AS b WHERE b.total > main . random ()":                      false,
		"SELECT b.total FROM bought AS b USING SAMPLE 10":                                       false,
		"SELECT b.total FROM bought AS b WHERE to_timestamp(b.total) > DATE '2020-01-01'":       false,
	} {
		if got := check.Repeats(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
