package spark

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/run"
	"stedi/pipeline/stedi"
)

// rig is a lake whose tables are built by a real Spark.
type rig struct {
	*testing.T

	root   string
	temp   string
	lake   *pipeline.Lake
	engine *Engine
	runner *pipeline.Runner
	log    []string
	shown  []string // details of the progress
}

// sparkLimit is the time limit for a run of all tables on a busy machine.
const sparkLimit = 8 * time.Minute

func newRig(t *testing.T, root string, s settings, profiles ...string) *rig {
	t.Helper()
	s.home = realSpark(t)
	r := &rig{T: t, root: root, temp: t.TempDir()}
	var embedded *duckdb.Engine
	r.lake, embedded = load(t, stedi.Definition, profiles...)
	store, err := dir.Open(root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.master == "" {
		s.master = "local[2]"
	}
	r.engine, err = open(t.Context(), s, nil, &registry.Env{
		Place: registry.Place{Root: root}, Lake: r.lake, Store: store, Temp: r.temp, Embedded: embedded, Lookup: os.LookupEnv,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.runner = &pipeline.Runner{Lake: r.lake, Store: store, Engine: r.engine, Root: root, Now: time.Now, Holder: pipeline.Holder{PID: os.Getpid(), Host: "here"}}
	return r
}

func (r *rig) run(ctx context.Context, options pipeline.RunOptions, watch func(pipeline.Event)) (*pipeline.Record, error) {
	r.Helper()
	ctx, cancel := context.WithTimeout(ctx, sparkLimit)
	defer cancel()
	return run.Run(ctx, r.runner, options, func(e pipeline.Event) {
		if e.Log != "" {
			r.log = append(r.log, e.Log)
		}
		if e.Progress != nil {
			r.shown = append(r.shown, e.Progress.Detail)
		}
		if watch != nil {
			watch(e)
		}
	})
}

// tidy checks that no files and no processes of Spark are left.
func (r *rig) tidy() {
	r.Helper()
	for _, folder := range []string{r.temp, filepath.Join(r.root, ".stedi", "staging")} {
		left, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.Error(err)
		}
		for _, entry := range left {
			r.Errorf("%s is left in %s", entry.Name(), folder)
		}
	}
	if err := filepath.WalkDir(r.root, func(path string, d fs.DirEntry, err error) error {
		if name := d.Name(); strings.HasSuffix(name, ".crc") || name == "_SUCCESS" || name == "_temporary" {
			r.Errorf("%s is left", path)
		}
		return err
	}); err != nil {
		r.Error(err)
	}
	if pids := r.processes(); len(pids) > 0 {
		r.Errorf("the processes %v are left", pids)
	}
}

// processes returns the processes with the private folder of the engine in an
// environment variable or an argument.
func (r *rig) processes() (pids []int) {
	r.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		r.Fatal(err)
	}
	for _, entry := range entries {
		arguments, _ := os.ReadFile(filepath.Join(entry, "cmdline"))
		environment, _ := os.ReadFile(filepath.Join(entry, "environ"))
		if pid, err := strconv.Atoi(filepath.Base(entry)); err == nil && strings.Contains(string(arguments)+string(environment), r.temp) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// sameAsDuckDB compares all tables with those that DuckDB builds from the same
// landing data.
func (r *rig) sameAsDuckDB(landing string, record *pipeline.Record, profiles ...string) {
	r.Helper()
	w := publish(r.T, stedi.Definition, copied(r.T, landing), profiles...)
	for _, table := range made(r.lake) {
		part := filepath.FromSlash(table.Part())
		duck, spark := rowsOf(r.T, table, filepath.Join(w.root, part)), rowsOf(r.T, table, filepath.Join(r.root, part))
		if fmt.Sprint(duck) != fmt.Sprint(spark) {
			r.Errorf("%s: the rows differ", table.Name)
		}
		if got, want := funnelOf(r.T, record, table.Name), funnelOf(r.T, w.record, table.Name); got != want {
			r.Errorf("%s: Spark counts %s, DuckDB %s", table.Name, got, want)
		}
	}
}

func funnelOf(t *testing.T, record *pipeline.Record, table string) string {
	t.Helper()
	for _, s := range record.Steps {
		if s.Table == table {
			return fmt.Sprint(s.Funnel)
		}
	}
	t.Fatalf("%s is not in the record", table)
	return ""
}

const sampleData = "../../testdata/sample"

func TestRealSparkBuildsTheTables(t *testing.T) {
	for name, profiles := range map[string][]string{"default": nil, "strict": {"strict"}, "per_customer": {"per_customer"}, "both": {"strict", "per_customer"}} {
		t.Run(name, func(t *testing.T) {
			landing := realLanding()
			r := newRig(t, copied(t, landing), settings{}, profiles...)
			record, err := r.run(t.Context(), pipeline.RunOptions{Check: true}, nil)
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(r.log, "\n"))
			}
			r.sameAsDuckDB(landing, record, profiles...)
			r.tidy()
			for _, table := range record.Tables {
				if table.Expected == nil && landing != sampleData {
					t.Errorf("no count is expected of %s", table.Table)
				} else if table.Expected != nil && table.Rows != *table.Expected {
					t.Errorf("%s has %d rows, not %d", table.Table, table.Rows, *table.Expected)
				}
			}
		})
	}
}

// realLanding returns the folder of the real data set if it exists, else of the
// sample.
func realLanding() string {
	folder := filepath.Join("..", "..", "..", "shared", "lake")
	if _, err := os.Stat(folder); err != nil {
		return sampleData
	}
	return folder
}

func TestRealSparkInAnOddFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a b [c]{d} ,e=f 100%25 *#?")
	if err := os.CopyFS(root, os.DirFS(sampleData)); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, root, settings{conf: []string{"spark.sql.shuffle.partitions=3"}})
	record, err := r.run(t.Context(), pipeline.RunOptions{}, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(r.log, "\n"))
	}
	r.sameAsDuckDB(sampleData, record)
	r.tidy()
	all := strings.Join(r.log, "\n")
	for _, want := range []string{"application local-", "stage 0 completed, tasks: ", "customer_landing 24 -> "} {
		if !strings.Contains(all, want) {
			t.Errorf("the log does not say %q:\n%s", want, all)
		}
	}
	if details := strings.Join(r.shown, "\n"); !strings.Contains(details, "starting Spark") || !strings.Contains(details, "tasks: ") {
		t.Errorf("the progress is %q", details)
	}
}

func TestRealSparkFailsOnAMalformedLine(t *testing.T) {
	const secret = "nobody@example.com"
	root := copied(t, sampleData)
	file := filepath.Join(root, "customer", "landing", "z.json")
	if err := os.WriteFile(file, []byte(`{"email":"`+secret+`","registrationDate":"`+secret+`"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, root, settings{})
	_, err := r.run(t.Context(), pipeline.RunOptions{Select: []string{"customer_trusted"}}, nil)
	if pipeline.KindOf(err) != pipeline.BadData || !strings.Contains(err.Error(), "z.json") || strings.Contains(err.Error()+strings.Join(r.log, ""), secret) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "customer", "trusted")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a table was published: %v", err)
	}
	r.tidy()
}

// cancelled cancels a run during a stage of Spark, and returns how long the run
// took to end.
func (r *rig) cancelled() time.Duration {
	r.Helper()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	var began time.Time
	_, err := r.run(ctx, pipeline.RunOptions{}, func(e pipeline.Event) {
		if e.Progress != nil && strings.Contains(e.Progress.Detail, "tasks: ") && began.IsZero() {
			if len(r.processes()) < 2 {
				r.Error("the processes of Spark are not found")
			}
			began = time.Now()
			cancel()
		}
	})
	took := time.Since(began)
	if pipeline.KindOf(err) != pipeline.Cancelled {
		r.Fatalf("got %v", err)
	}
	if took > 2*time.Second {
		r.Errorf("it took %s", took)
	}
	r.tidy()
	return took
}

func TestRealSparkIsCancelled(t *testing.T) {
	r := newRig(t, copied(t, sampleData), settings{})
	t.Logf("cancelled in %s", r.cancelled())
	if _, err := r.run(t.Context(), pipeline.RunOptions{Select: []string{"customer_trusted"}}, nil); err != nil {
		t.Fatal(err)
	}
	r.tidy()
}

// cluster is a Spark master with workers on the loopback address.
type cluster struct{ master, web string }

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err := errors.Join(err, listener.Close()); err != nil {
		t.Fatal(err)
	}
	return port
}

// daemon runs a daemon of a cluster until the test ends.
func daemon(t *testing.T, home, class string, args ...string) {
	t.Helper()
	i := Installation{}
	if err := i.findSpark(home, os.LookupEnv); err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	cmd := exec.Command(filepath.Join(i.Home, "bin", "spark-class"), append([]string{"org.apache.spark.deploy." + class}, args...)...)
	cmd.Env = append(os.Environ(), "SPARK_HOME="+i.Home, "SPARK_LOCAL_IP=127.0.0.1", "SPARK_LOCAL_DIRS="+work, "SPARK_DAEMON_MEMORY=256m")
	lead(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = terminate(cmd.Process.Pid)
		limit := time.AfterFunc(5*time.Second, func() { kill(cmd.Process.Pid, grace) })
		defer limit.Stop()
		_ = cmd.Wait() // it was killed
		kill(cmd.Process.Pid, grace)
	})
}

// newCluster starts a master and two workers.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	home := realSpark(t)
	port, web := freePort(t), freePort(t)
	c := &cluster{"spark://127.0.0.1:" + port, "http://127.0.0.1:" + web + "/json/"}
	daemon(t, home, "master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", web)
	c.wait(t, "the master answers", func(clusterState) bool { return true })
	for range 2 {
		daemon(t, home, "worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", freePort(t), "-d", t.TempDir(), c.master)
	}
	c.wait(t, "two workers are there", func(s clusterState) bool { return s.Alive == 2 })
	return c
}

type clusterState struct {
	Alive     int   `json:"aliveworkers"`
	Active    []any `json:"activeapps"`
	Completed []any `json:"completedapps"`
}

// wait polls the master until its state is the wanted one.
func (c *cluster) wait(t *testing.T, what string, done func(clusterState) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if s, err := c.state(ctx); err == nil && done(s) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

func (c *cluster) state(ctx context.Context) (s clusterState, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.web, nil)
	if err != nil {
		return s, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return s, err
	}
	defer func() { _ = response.Body.Close() }()
	return s, json.NewDecoder(response.Body).Decode(&s)
}

func TestRealSparkOnACluster(t *testing.T) {
	c := newCluster(t)
	s := settings{master: c.master, conf: []string{"spark.executor.memory=512m"}}
	landing := realLanding()
	r := newRig(t, copied(t, landing), s)
	record, err := r.run(t.Context(), pipeline.RunOptions{Check: true}, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(r.log, "\n"))
	}
	r.sameAsDuckDB(landing, record)
	r.tidy()
	if all := strings.Join(r.log, "\n"); !strings.Contains(all, "executor 1 on 127.0.0.1, cores: 1") {
		t.Errorf("the log names no executors:\n%s", all)
	}
	r = newRig(t, copied(t, landing), s)
	took := r.cancelled()
	began := time.Now()
	c.wait(t, "the application has ended", func(s clusterState) bool { return len(s.Active) == 0 })
	if took += time.Since(began); took > 2*time.Second {
		t.Errorf("the application ended after %s", took)
	}
	t.Logf("cancelled in %s", took)
}
