package spark

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/stedi"
)

// readArguments is the beginning of a fake spark-submit that reads its
// arguments.
const readArguments = `
printf '%s\n' "$@" > "$ARGUMENTS"
while [ $# -gt 0 ]; do
  case $1 in
  --conf) shift; case $1 in spark.eventLog.dir=file://*) events=${1#*file://};; esac;;
  --out) shift; out=${1#file://};;
  --result) shift; result=${1#file://};;
  esac
  shift
done
`

// goodResult is the result of the script of customer_trusted.
const goodResult = `{"table":"customer_trusted","funnel":[{"stage":"customer_landing","rows":3},{"stage":"complete","rows":2},{"stage":"consented","rows":1},{"stage":"customer_trusted","rows":1}],"columns":[` +
	`{"name":"customername","type":"string"},{"name":"email","type":"string"},{"name":"phone","type":"string"},{"name":"birthday","type":"string"},{"name":"serialnumber","type":"string"},` +
	`{"name":"registrationdate","type":"bigint"},{"name":"lastupdatedate","type":"bigint"},{"name":"sharewithresearchasofdate","type":"bigint"},{"name":"sharewithpublicasofdate","type":"bigint"},{"name":"sharewithfriendsasofdate","type":"bigint"}]}`

// bench is an engine whose spark-submit is a shell script.
type bench struct {
	*machine

	engine *Engine
	job    pipeline.Job
	log    []string
	shown  []pipeline.Progress
	begun  []string
}

func newBench(t *testing.T, submit string, s settings) *bench {
	t.Helper()
	b := &bench{machine: newMachine(t)}
	b.whole()
	program(t, b.path("spark", "bin"), "spark-submit", "ARGUMENTS='"+b.path("arguments")+"'\n"+readArguments+submit)
	root := b.path("lake [1]")
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(b.path("temp"), 0o700); err != nil {
		t.Fatal(err)
	}
	lake, embedded := load(t, stedi.Definition)
	store, err := dir.Open(root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.master == "" {
		s.master = "local[*]"
	}
	b.engine, err = open(t.Context(), s, nil, &registry.Env{Place: registry.Place{Root: root}, Lake: lake, Store: store, Temp: b.path("temp"), Embedded: embedded, Lookup: b.lookup})
	if err != nil {
		t.Fatal(err)
	}
	table := lake.Table("customer_trusted")
	b.job = pipeline.Job{
		Table: table, Inputs: []pipeline.Input{{Table: lake.Table("customer_landing")}}, Log: func(text string) { b.log = append(b.log, text) },
		Output: pipeline.Output{Folder: &pipeline.Target{Folder: ".stedi/staging/1/customer_trusted", Begun: func(id string) error { b.begun = append(b.begun, id); return nil }}},
	}
	return b
}

func (b *bench) run(ctx context.Context) (pipeline.Result, error) {
	result, err := b.engine.Run(ctx, b.job, func(p pipeline.Progress) { b.shown = append(b.shown, p) })
	left, e := os.ReadDir(b.path("temp"))
	if e != nil || len(left) > 0 {
		b.Errorf("left in the private folder: %v, %v", left, e)
	}
	return result, err
}

func TestTheEngineRunsTheScriptOfATable(t *testing.T) {
	t.Parallel()
	b := newBench(t, `
mkdir -p "$out" && echo '{}' > "$out/part-00000.json"
echo '26/11/27 03:54:42 WARN Something: happened' >&2
printf '%s\n' '`+started+`' '`+app+`' '`+executor+`' > "$events/local-1"
echo "$TMPDIR $SPARK_LOCAL_IP $SPARK_LOCAL_DIRS $SPARK_HOME $PYSPARK_DRIVER_PYTHON" > "`+"$ARGUMENTS"+`.env"
echo 'customer_landing 3 -> customer_trusted 1'
echo '`+goodResult+`' > "$result"
`, settings{conf: []string{"spark.driver.memory=2g"}})
	result, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Rows != 1 || len(result.Funnel) != 4 || result.Funnel[0] != (pipeline.StageRows{Name: "customer_landing", Rows: 3}) || result.Reports != nil {
		t.Errorf("the result is %+v", result)
	}
	arguments, err := os.ReadFile(b.path("arguments"))
	if err != nil {
		t.Fatal(err)
	}
	root := b.path("lake [1]")
	for _, want := range []string{
		"--master\nlocal[*]\n", "--conf\nspark.driver.memory=2g\n--conf\nspark.eventLog.enabled=true\n", "spark.sql.files.ignoreCorruptFiles=false",
		"/customer_landing_to_trusted.py\n--lake\nfile://" + b.path(`lake \[1\]`) + "\n--out\nfile://" + root + "/.stedi/staging/1/customer_trusted\n--result\n",
	} {
		if !strings.Contains(string(arguments), want) {
			t.Errorf("%q is not in the arguments:\n%s", want, arguments)
		}
	}
	environment, err := os.ReadFile(b.path("arguments.env"))
	words := strings.Fields(string(environment))
	if err != nil || len(words) != 5 || !strings.HasPrefix(words[0], b.path("temp")) || words[1] != "127.0.0.1" || words[2] != words[0] || words[3] != b.path("spark") || words[4] != b.path("bin", "python3") {
		t.Errorf("the environment is %s, %v", environment, err)
	}
	slices.Sort(b.log) // the two streams and the event log have no common order
	want := []string{"WARN Something: happened", "application local-1 started on Spark 3.5.4", "customer_landing 3 -> customer_trusted 1", "executor 0 on 10.0.0.7, cores: 4"}
	if !slices.Equal(b.log, want) {
		t.Errorf("the log is %q", b.log)
	}
	if last := b.shown[len(b.shown)-1]; b.shown[0].Detail != "starting Spark" || last.RowsRead != 3 || last.RowsWritten != 1 || last.Detail != "planning" {
		t.Errorf("the progress is %+v", b.shown)
	}
	if len(b.begun) != 1 {
		t.Errorf("begun was called with %q", b.begun)
	}
}

func TestAnEventLogThatCannotBeReadIsNoFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, `mkdir "$events/local-1"; echo '`+goodResult+`' > "$result"`+"\n", settings{})
	if _, err := b.run(t.Context()); err != nil {
		t.Error(err)
	}
	if len(b.log) != 1 || !strings.Contains(b.log[0], "WARN the progress of Spark cannot be read") {
		t.Errorf("the log is %q", b.log)
	}
}

func TestTheEngineSaysWhySparkFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		submit string
		want   string
		fix    string
		kind   pipeline.Kind
	}{
		"malformed line": {"echo 'customer_trusted: file:///a.json cannot be read: a line is not a JSON object with values'; exit 1", "file:///a.json cannot be read", "stedi check", pipeline.BadData},
		"bad master":     {"echo '26/11/27 03:54:42 ERROR X: All masters are unresponsive! Giving up.' >&2; exit 1", "\n  | ERROR X: All masters", "master's log", pipeline.BadEngine},
		"no permission":  {"echo 'customer_trusted: AccessControlException: Permission denied'; exit 1", "Permission denied", "read and write the lake", pipeline.Denied},
		"no memory":      {"echo 'java.lang.OutOfMemoryError: Java heap space' >&2; exit 52", "exit status 52", "spark.driver.memory", pipeline.BadEngine},
		"bad option":     {"echo 'Unrecognized option: -Xq' >&2; exit 1", "Unrecognized option", "--spark-conf", pipeline.BadUsage},
		"no S3":          {"echo 'customer_trusted: java.lang.ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found'; exit 1", "S3AFileSystem", "hadoop-aws", pipeline.BadUsage},
		"not shared":     {"echo 'customer_trusted: [PATH_NOT_FOUND] Path does not exist'; exit 1", "PATH_NOT_FOUND", "same path", pipeline.BadUsage},
		"killed":         {"kill -KILL $$", "exit status 137", "memory runs out", pipeline.BadEngine},
		"a control code": {`printf 'customer_trusted: \033[31mred\n'; exit 1`, "␛[31mred", "", pipeline.BadEngine},
		"no result":      {"exit 0", "wrote no result", "Run again", pipeline.BadEngine},
		"damaged result": {`echo '{"table":' > "$result"`, "not the result", "Run again", pipeline.BadEngine},
		"other table":    {`echo '{"table":"x"}' > "$result"`, "not the result", "Run again", pipeline.BadEngine},
		"other columns":  {`echo '` + strings.Replace(goodResult, "bigint", "double", 1) + `' > "$result"`, "other columns", "Cast", pipeline.BadUsage},
		"other stages":   {`echo '` + strings.Replace(goodResult, "complete", "x", 1) + `' > "$result"`, "other columns", "Cast", pipeline.BadUsage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.submit+"\n", settings{})
			_, err := b.run(t.Context())
			failure, ok := errors.AsType[*pipeline.Failure](err)
			if !ok || failure.Kind != c.kind || failure.Table != "customer_trusted" || !strings.Contains(failure.Err.Error(), c.want) || !strings.Contains(failure.Fix, c.fix) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheEngineReachesTheMasterFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t, "exit 0\n", settings{master: "spark://127.0.0.1:1"})
	if _, err := b.run(t.Context()); pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "spark://127.0.0.1:1 cannot be reached") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(b.path("arguments")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("spark-submit ran: %v", err)
	}
}

func TestTheEngineEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, "echo begun\n"+family, settings{})
	cause := errors.New("cancelled by name")
	ctx, cancel := context.WithCancelCause(t.Context())
	b.job.Log = func(text string) {
		if text == "begun" {
			cancel(cause)
		}
	}
	if _, err := b.run(ctx); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if err := b.engine.Release(t.Context(), b.job.Table, pipeline.Target{Query: b.begun[0]}); err != nil {
		t.Error(err)
	}
	if _, ok := alive(t.Context(), b.begun[0]); ok {
		t.Error("the process still runs")
	}
}

func TestReleaseEndsWhatAnotherProcessStarted(t *testing.T) {
	t.Parallel()
	b := newBench(t, "", settings{})
	p, err := start(t.Context(), nil, program(t, b.path("x"), "submit", family))
	if err != nil {
		t.Fatal(err)
	}
	pids := numbers(t, (<-p.lines).text)
	if err := b.engine.Release(t.Context(), b.job.Table, pipeline.Target{Query: processID(t.Context(), p.cmd.Process.Pid)}); err != nil {
		t.Error(err)
	}
	gone(t, pids, grace)
	p.stop()
	for _, other := range []string{"", "query-id", "a/1/2"} {
		if err := b.engine.Release(t.Context(), b.job.Table, pipeline.Target{Query: other}); err != nil {
			t.Error(err)
		}
	}
}

func TestTheDoctorSaysWhatIsThereAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.whole()
	env := &registry.Env{Place: registry.Place{Root: m.root}, Lookup: m.lookup}
	says := func(s *settings) (text string) {
		for _, f := range examine(t.Context(), s, env) {
			text += f.About + ": " + f.Says + " " + f.Fix + "\n"
		}
		return strings.ReplaceAll(text, m.root, "/m")
	}
	good := says(&settings{master: "local[*]"})
	if want := "Spark: 3.5.4 in /m/spark (SPARK_HOME) \nPython: 3.11.7 in /m/bin/python3 \nJava: 17.0.15 in /m/bin/java \nmaster: local[*] (this machine) \n"; good != want {
		t.Errorf("it says\n%s", good)
	}
	m.env["JAVA_HOME"] = m.path("nowhere")
	env.Root = "s3://bucket/lake"
	bad := says(&settings{master: "spark://127.0.0.1:1"})
	for _, want := range []string{"Java: Java was not found: JAVA_HOME is /m/nowhere", "S3: Spark in /m/spark cannot read s3://", "master: the Spark master spark://127.0.0.1:1 cannot be reached"} {
		if !strings.Contains(bad, want) {
			t.Errorf("%q is not in\n%s", want, bad)
		}
	}
	if text := says(&settings{master: "x"}); !strings.Contains(text, "--spark-master") {
		t.Errorf("it says %s", text)
	}
}

func TestAnEntryHasItsOwnSettings(t *testing.T) {
	t.Parallel()
	a, b := Entry(nil), Entry(nil)
	if err := a.Flags.Parse([]string{"--spark-conf", "spark.a=1,2", "--spark-conf", "spark.b=3", "--spark-master", "yarn"}); err != nil {
		t.Fatal(err)
	}
	if got := b.Flags.Lookup("spark-master").Value.String(); got != "local[*]" {
		t.Errorf("the other entry's master is %s", got)
	}
	if got := a.Flags.Lookup("spark-conf").Value.String(); !strings.Contains(got, "spark.a=1,2") {
		t.Errorf("the settings are %s", got)
	}
	_, err := a.Open(t.Context(), &registry.Env{Place: registry.Place{Root: t.TempDir()}, Lookup: func(string) (string, bool) { return "", false }})
	if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "Spark was not found") {
		t.Errorf("got %v", err)
	}
}

func TestDeployedTablesAreReadWhereTheyAre(t *testing.T) {
	t.Parallel()
	b := newBench(t, "", settings{})
	b.file("lake [1]/customer/trusted/run=1/part-00000.json", "{}\n")
	b.file("lake [1]/step_trainer/trusted/part-00000.json", "{}\n")
	for table, want := range map[string]string{
		"customer_landing": "", "step_trainer_trusted": "", "accelerometer_trusted": "", "customer_trusted": "file://" + b.path(`lake \[1\]`, "customer", "trusted", "run=1"),
	} {
		if got, err := b.engine.moved(t.Context(), b.engine.lake.Table(table)); err != nil || got != want {
			t.Errorf("%s is at %q, %v", table, got, err)
		}
	}
	if got := hadoopURI("s3://bucket/a b/"); got != "s3a://bucket/a b" {
		t.Errorf("the root is %s", got)
	}
}

func TestABucketIsReachedByTheEnvironment(t *testing.T) {
	t.Parallel()
	b := newBench(t, `env | grep -E '^AWS_(ACCESS|SECRET|SESSION)_' | sort > "$ARGUMENTS.env"; echo '`+goodResult+`' > "$result"
`, settings{})
	b.engine.bucket, b.engine.root = true, "s3a://bucket/lake"
	for _, c := range []struct {
		access    Access
		env, args string
	}{
		{Access{Key: "a", Secret: "b", Token: "c", Region: "eu-west-1"}, "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\nAWS_SESSION_TOKEN=c\n", "--conf\nspark.hadoop.fs.s3a.endpoint.region=eu-west-1\n"},
		{Access{Key: "a", Secret: "b", Endpoint: "http://127.0.0.1:9"}, "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n", "spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:9\n--conf\nspark.hadoop.fs.s3a.path.style.access=true\n"},
	} {
		b.engine.access = func(context.Context) (Access, error) { return c.access, nil }
		if _, err := b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		env, err := os.ReadFile(b.path("arguments.env"))
		if err != nil || string(env) != c.env {
			t.Errorf("the environment is %s, %v", env, err)
		}
		args, err := os.ReadFile(b.path("arguments"))
		if err != nil || !strings.Contains(string(args), c.args) || !strings.Contains(string(args), "--lake\ns3a://bucket/lake\n") || strings.Contains(string(args), "AWS") {
			t.Errorf("the arguments are %s, %v", args, err)
		}
	}
	b.engine.access = func(context.Context) (Access, error) { return Access{}, errors.New("no credentials") }
	if _, err := b.run(t.Context()); err == nil || err.Error() != "no credentials" {
		t.Errorf("got %v", err)
	}
}

func FuzzResult(f *testing.F) {
	f.Add([]byte(goodResult))
	f.Add([]byte(`{"table":"customer_trusted","funnel":null,"columns":[{}]}`))
	f.Add([]byte(strings.Replace(goodResult, `"rows":3`, `"rows":-3`, 1)))
	table := &pipeline.Table{Name: "customer_trusted", Transform: &pipeline.Transform{Inputs: []string{"customer_landing"}, Stages: []string{"complete", "consented"}}}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, columns := range [][]pipeline.Column{nil, {{Name: "customername"}}} {
			table.Columns = columns
			result, err := ParseResult(text, table)
			if err != nil {
				continue
			}
			if len(result.Funnel) != 4 || len(result.Columns) != len(columns) || result.Rows() < 0 || result.Read(table) < 0 || filepath.Base(result.Table) != "customer_trusted" {
				t.Fatalf("%s gives %+v", text, result)
			}
		}
	})
}
