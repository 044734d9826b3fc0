package spark

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stedi/pipeline"
)

const (
	pollTime = 100 * time.Millisecond
	// A busy cluster may have a free executor later. The log reports the wait
	// after executorNotice, and the run fails after executorWait.
	executorNotice = 15 * time.Second
	executorWait   = 10 * time.Minute
	// excerpt is the number of log lines in an error.
	excerpt = 8
)

// work is a script and its environment.
type work struct {
	table  *pipeline.Table
	script string   // its text
	args   []string // arguments without --result
	access Access
	log    func(text string)
	begun  func(process string) error // may be nil
	look   func(progress)
}

// submission is a script that spark-submit runs.
type submission struct {
	work
	process *process
	events  *eventLog
	at      progress
	filter  logFilter
	began   time.Time
	noticed bool
	blind   bool     // the event log is unreadable
	said    []string // last lines of the script's output
	last    []string // last lines of Spark's log that were shown
}

// submit runs a script and returns its result. Spark's files are in a new
// folder below temp, which is removed at the end. When submit returns, no
// process of Spark is left on this machine.
func (e *Engine) submit(ctx context.Context, w work) (_ *Result, err error) {
	folder, err := os.MkdirTemp(e.temp, "spark-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := os.RemoveAll(folder); err == nil {
			err = e
		}
	}()
	if err := os.Mkdir(filepath.Join(folder, "events"), 0o700); err != nil {
		return nil, err
	}
	script, result := filepath.Join(folder, JobName(w.table)+".py"), filepath.Join(folder, "result.json")
	if err := os.WriteFile(script, []byte(w.script), 0o600); err != nil {
		return nil, err
	}
	args := append(e.arguments(folder, w.access), script)
	args = append(append(args, w.args...), "--result", fileURI(result))
	s := &submission{work: w, events: &eventLog{folder: filepath.Join(folder, "events")}, began: time.Now()}
	if s.process, err = start(ctx, append(e.environment(folder), w.access.environment()...), e.found.Submit, args...); err != nil {
		return nil, pipeline.Fail(pipeline.BadEngine, w.table.Name, "Run again; the machine may be short of memory or processes.", "%s cannot be started: %w", e.found.Submit, err)
	}
	err = s.follow(ctx)
	s.process.stop()
	_ = s.events.close() // it was only read
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	if s.process.err != nil {
		return nil, s.failure(e.settings.master)
	}
	text, err := os.ReadFile(result)
	if err != nil {
		return nil, pipeline.Fail(pipeline.BadEngine, w.table.Name, "Run again.", "spark-submit succeeded, but the script wrote no result: %w", err)
	}
	parsed, err := ParseResult(text, w.table)
	if errors.Is(err, ErrNoResult) {
		return nil, pipeline.Fail(pipeline.BadEngine, w.table.Name, "Run again.", "spark-submit succeeded, but what the script wrote is %w", err)
	}
	return parsed, err
}

// follow forwards the output and the progress of the process until it ends.
func (s *submission) follow(ctx context.Context) error {
	if s.begun != nil {
		if err := s.begun(processID(ctx, s.process.cmd.Process.Pid)); err != nil {
			return err
		}
	}
	s.look(s.at)
	tick := time.NewTicker(pollTime)
	defer tick.Stop()
	for {
		select {
		case l, open := <-s.process.lines:
			if !open {
				s.poll()
				return nil
			}
			s.say(l)
		case <-tick.C:
			s.poll()
			if err := s.executors(); err != nil {
				return err
			}
		}
	}
}

// say logs a line, unless the filter drops it.
func (s *submission) say(l line) {
	text := s.filter.take(l)
	if text == "" {
		return
	}
	kept := &s.last
	if l.stdout {
		kept = &s.said
	}
	*kept = append(*kept, text)
	*kept = (*kept)[max(0, len(*kept)-excerpt):]
	s.log(text)
}

// poll reads the event log. If the log is unreadable, the job continues.
func (s *submission) poll() {
	if s.blind {
		return
	}
	err := s.events.poll(func(text []byte) {
		if said := s.at.take(text); said != "" {
			s.log(said)
		}
	})
	if err != nil {
		s.blind = true
		s.log("WARN the progress of Spark cannot be read, the job continues: " + err.Error())
	}
	s.look(s.at)
}

// executors returns an error if a started application has waited too long for
// an executor.
func (s *submission) executors() error {
	if s.at.App == "" || s.at.HadExecutor || s.at.Ended || s.blind {
		s.began = time.Now()
		return nil
	}
	switch waited := time.Since(s.began); {
	case waited > executorWait:
		return pipeline.Fail(pipeline.BadEngine, s.table.Name, "Start workers, free cores, or ask for less memory with --spark-conf spark.executor.memory=512m.",
			"application %s got no executor in %s", s.at.App, executorWait)
	case waited > executorNotice && !s.noticed:
		s.noticed = true
		s.log("WARN no executor yet: the cluster has no worker with the free cores and memory that the application asks for")
	}
	return nil
}

// arguments returns the options of spark-submit. If a key occurs twice, Spark
// uses the last value: --spark-conf overrides the settings before it, but not
// those after it.
func (e *Engine) arguments(folder string, access Access) []string {
	args := []string{"--master", e.settings.master, "--deploy-mode", "client", "--conf", "spark.ui.enabled=false"}
	if onLoopback(e.settings.master) {
		args = append(args, "--conf", "spark.driver.host=127.0.0.1")
	}
	for _, setting := range access.conf() {
		args = append(args, "--conf", setting)
	}
	for _, setting := range e.settings.conf {
		args = append(args, "--conf", setting)
	}
	for _, setting := range []string{
		"spark.eventLog.enabled=true", "spark.eventLog.dir=" + (&url.URL{Scheme: "file", Path: filepath.Join(folder, "events")}).String(),
		"spark.eventLog.compress=false", "spark.eventLog.rolling.enabled=false", "spark.eventLog.buffer.kb=1",
		"spark.ui.showConsoleProgress=false",
		// A damaged or missing file must fail the job; otherwise rows would be
		// missing.
		"spark.sql.files.ignoreCorruptFiles=false", "spark.sql.files.ignoreMissingFiles=false",
		"spark.sql.warehouse.dir=" + (&url.URL{Scheme: "file", Path: filepath.Join(folder, "warehouse")}).String(),
	} {
		args = append(args, "--conf", setting)
	}
	return args
}

// environment returns the changes to Spark's environment. Temporary files go
// below folder, so that none is left after a kill.
func (e *Engine) environment(folder string) []string {
	set := []string{
		"PYSPARK_PYTHON=" + e.found.Python, "PYSPARK_DRIVER_PYTHON=" + e.found.Python, "PYTHONUNBUFFERED=1", "TMPDIR=" + folder,
		"SPARK_LAUNCHER_OPTS=" + e.with("SPARK_LAUNCHER_OPTS", "-XX:-UsePerfData"),
		"SPARK_SUBMIT_OPTS=" + e.with("SPARK_SUBMIT_OPTS", `-XX:-UsePerfData "-Djava.io.tmpdir=`+folder+`"`),
	}
	if e.found.Home != "" {
		set = append(set, "SPARK_HOME="+e.found.Home)
	}
	if _, given := e.lookup("SPARK_LOCAL_DIRS"); !given && e.settings.value("spark.local.dir") == "" {
		set = append(set, "SPARK_LOCAL_DIRS="+folder)
	}
	if _, given := e.lookup("SPARK_LOCAL_IP"); !given && onLoopback(e.settings.master) {
		set = append(set, "SPARK_LOCAL_IP=127.0.0.1")
	}
	return set
}

// with returns the value of an environment variable with words appended.
func (e *Engine) with(name, words string) string {
	have, _ := e.lookup(name)
	return strings.TrimSpace(have + " " + words)
}

// fileURI returns a local path as a Hadoop URI, independent of Hadoop's default
// file system. Hadoop does not decode it.
func fileURI(path string) string { return "file://" + path }
