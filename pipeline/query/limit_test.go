package query

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"stedi/pipeline"
)

// slack is how long a query may run beyond its limit: less than the queries here
// would run without one, with a margin for a busy machine.
const slack = 20 * time.Second

// ended runs a query that a limit must end. It returns the limit and the
// duration.
func ended(t *testing.T, q *Querier, sql string) (*LimitError, time.Duration) {
	t.Helper()
	begun := time.Now()
	_, err := rowsOf(t, q, sql)
	took := time.Since(begun)
	var limit *LimitError
	if !errors.As(err, &limit) || pipeline.KindOf(err) != pipeline.BadUsage {
		t.Errorf("%.80s: after %s: %v", sql, took, err)
		return nil, took
	}
	return limit, took
}

func TestTimeEnds(t *testing.T) {
	const timeout = 700 * time.Millisecond
	q := newLake(t).open(t, Options{Timeout: timeout, Memory: 512 << 20, Threads: 2})
	works(t, q)
	for name, sql := range map[string]string{
		"recursion without end": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT r.n % 7 FROM r) SELECT count(*) FROM r",
		"cross join":            "SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(j) WHERE (a.i * b.j) % 7 = 3",
		"levenshtein":           "SELECT levenshtein(repeat('ab', 200000), repeat('ba', 200000))",
		"regular expression":    "SELECT count(*) FROM range(10000000) AS r(i) WHERE regexp_matches(repeat('a', 3000) || r.i, '(a|aa)+b')",
		"damerau":               "SELECT sum(damerau_levenshtein(repeat('ab', 2000) || i, repeat('ba', 2000))) FROM range(100000) AS r(i)",
	} {
		limit, took := ended(t, q, sql)
		if limit == nil || limit.What != limitTime && limit.What != limitMemory || limit.What == limitTime && limit.Time != timeout {
			t.Errorf("%s: %+v", name, limit)
		}
		if took > timeout+slack {
			t.Errorf("%s: %s past its limit", name, took-timeout)
		}
		t.Logf("%s: ended after %s", name, took)
		works(t, q)
	}
}

func TestMemoryEnds(t *testing.T) {
	const memory = 300 << 20
	f := newLake(t)
	var peak int64
	var mu sync.Mutex
	var current *child
	q := f.open(t, Options{Memory: memory, Timeout: time.Minute, Threads: 2, started: func(c *child) {
		mu.Lock()
		defer mu.Unlock()
		current = c
	}})
	works(t, q)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
			mu.Lock()
			if used, ok := memoryOf(current.cmd.Process.Pid); ok {
				peak = max(peak, used)
			}
			mu.Unlock()
		}
	})
	defer group.Wait()
	defer cancel()
	for name, sql := range map[string]string{
		"long strings": "SELECT length(repeat('x', 1000000000)) + length(repeat('y', 1000000000))",
		"many strings": "SELECT list(repeat('x', 100000) || i) FROM range(100000) AS r(i)",
		"aggregate":    "SELECT string_agg(repeat('x', 1000), ',') FROM range(10000000) AS r(i)",
		"sort":         "SELECT hash(i) AS r FROM range(100000000) AS r(i) ORDER BY r",
		"list":         "SELECT list_sort(range(400000000))",
		"array":        "SELECT array_agg(i) FROM range(1000000000) AS r(i)",
		"nested":       "SELECT length(replace(repeat('x', 50000000), 'x', repeat('y', 100)))",
	} {
		begun := time.Now()
		limit, took := ended(t, q, sql)
		if limit == nil || limit.What != limitMemory || limit.Bytes != memory {
			t.Errorf("%s: %+v", name, limit)
		}
		t.Logf("%s: ended after %s (%s)", name, took, time.Since(begun))
		works(t, q)
	}
	mu.Lock()
	defer mu.Unlock()
	t.Logf("peak %d MB", peak>>20)
	if peak > 3*memory {
		t.Errorf("a child had %d MB, the limit is %d MB", peak>>20, memory>>20)
	}
}

func TestTimeOfASuspendedMachineDoesNotCount(t *testing.T) {
	b := newBudget(time.Minute)
	c := b.start()
	c.last = c.last.Add(-time.Hour) // simulates a suspension of one hour
	c.stop()
	if b.left < 58*time.Second || b.left >= time.Minute {
		t.Error(b.left)
	}
}

func TestPausesBetweenPagesCostNothing(t *testing.T) {
	q := newLake(t).open(t, Options{Timeout: 3 * time.Second})
	rows, err := q.Query(t.Context(), "SELECT i FROM range(1000000000) AS r(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for range 4 {
		<-time.After(time.Second)
		if page, err := rows.Next(t.Context()); err != nil || len(page) != pageRows {
			t.Fatalf("%d rows, %v", len(page), err)
		}
	}
}

// askWithin queries and reads the first rows.
func askWithin(ctx context.Context, q *Querier, sql string) error {
	rows, err := q.Query(ctx, sql)
	if err == nil {
		_, err = rows.Next(ctx)
	}
	return err
}

func TestCancelledQueryEndsAtOnce(t *testing.T) {
	q := newLake(t).open(t, Options{})
	works(t, q)
	for _, sql := range []string{
		"SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(j) WHERE (a.i * b.j) % 7 = 3", // DuckDB can interrupt this query
		"SELECT levenshtein(repeat('ab', 200000), repeat('ba', 200000))",                                // but not this one
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		begun := time.Now()
		err := askWithin(ctx, q, sql)
		if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > 200*time.Millisecond+slack {
			t.Errorf("%v after %s", err, took)
		}
		cancel()
		works(t, q)
	}
}

func TestTheProcessOfALongQueryGoesWithIt(t *testing.T) {
	var asked *child
	q := newLake(t).open(t, Options{started: func(c *child) { asked = c }})
	works(t, q)
	const sql = "SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(j) WHERE (a.i * b.j) % 7 = 3"
	for after, stays := range map[time.Duration]bool{100 * time.Millisecond: true, warmTime + 200*time.Millisecond: false} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		if err := askWithin(ctx, q, sql); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
		if asked.alive() != stays {
			t.Errorf("after %s the process is there: %t", after, !stays)
		}
		works(t, q)
	}
}

func TestANewQueryEndsTheOneBefore(t *testing.T) {
	for name, sql := range map[string]string{
		"between pages": "SELECT i FROM range(1000000000000) AS r(i)",
		"before rows":   "SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(j) WHERE (a.i * b.j) % 7 = 3",
	} {
		t.Run(name, func(t *testing.T) {
			q := newLake(t).open(t, Options{})
			works(t, q)
			var group sync.WaitGroup
			group.Go(func() {
				rows, err := q.Query(t.Context(), sql)
				for err == nil {
					_, err = rows.Next(t.Context())
				}
				if !errors.Is(err, errEnded) {
					t.Errorf("the first query: %v", err)
				}
			})
			ticker := time.NewTicker(10 * time.Millisecond)
			defer ticker.Stop()
			for len(q.turn) == 0 {
				<-ticker.C
			}
			<-ticker.C
			works(t, q)
			group.Wait()
			works(t, q)
		})
	}
}

func TestAClosedQuerierAnswersNothing(t *testing.T) {
	q := newLake(t).open(t, Options{})
	rows, err := q.Query(t.Context(), "SELECT i FROM range(1000000) AS r(i)")
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := rows.Next(t.Context()); !errors.Is(err, errEnded) {
		t.Error(err)
	}
	if _, err := q.Query(t.Context(), "SELECT 1"); !errors.Is(err, errEnded) {
		t.Error(err)
	}
	if err := errors.Join(rows.Close(), q.Close()); err != nil {
		t.Error(err)
	}
}

// A child that violates the protocol must cause an error, and soon.
func TestAStrangeChildIsAnError(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"dies at once":   {"exit 3", "exit status 3"},
		"is killed":      {"kill -9 $$", "signal: killed"},
		"says nonsense":  {"echo hello to you all; exec cat", "sent an invalid answer"},
		"says too much":  {`printf 'p\377\377\377\377'; exec cat`, "sent an invalid answer"},
		"ends midway":    {`printf 'p\100\0\0\0abc'`, "exit status 0"},
		"no fault":       {`printf 'x\003\0\0\0abc'; exec cat`, "sent an invalid answer"},
		"never answers":  {"exec sleep 60", "ran longer"},
		"does not read":  {"exec sleep 60", "ran longer"},
		"never finishes": {`printf 'p\100\0\0\0abc'; exec sleep 60`, "ran longer"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := spawn(t.Context(), "/bin/sh", "-c", test.script)
			if err != nil {
				t.Fatal(err)
			}
			defer c.end(nil)
			message := strings.Repeat("x", 1<<20)
			if name != "does not read" {
				message = ""
			}
			b := newBudget(300 * time.Millisecond)
			f, err := c.ask(t.Context(), kindParse, parseMessage{message}, &b)
			if err == nil && f.Kind != kindTree {
				err = c.protocolError(errPage)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Error(err)
			}
		})
	}
}
