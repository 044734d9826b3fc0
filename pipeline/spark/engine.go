package spark

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
)

// Name is the value of --engine that selects Spark.
const Name = "spark"

// Engine builds tables with spark-submit. Its checks run on the embedded
// engine.
type Engine struct {
	pipeline.Checker

	settings settings
	access   func(context.Context) (Access, error)
	bucket   bool // the lake is in a bucket
	found    *Installation
	lake     *pipeline.Lake
	files    pipeline.Files
	root     string // root of the lake as a Hadoop URI
	temp     string
	lookup   Lookup
}

var _ pipeline.Engine = (*Engine)(nil)

var capabilities = pipeline.Capabilities{InPlace: true, Parts: true}

// open validates the settings and finds Spark, so that a run fails before it
// starts if something is missing.
func open(ctx context.Context, s settings, access func(context.Context) (Access, error), env *registry.Env) (*Engine, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	found, err := Find(ctx, s.home, s.python(), env.Lookup)
	if err != nil {
		return nil, err
	}
	root := env.Root
	if !inS3(root) {
		if root, err = filepath.Abs(root); err != nil {
			return nil, err
		}
	}
	e := &Engine{
		Checker: env.Embedded, settings: s, access: access, bucket: inS3(env.Root), found: found,
		lake: env.Lake, files: env.Store, root: hadoopURI(root), temp: env.Temp, lookup: env.Lookup,
	}
	if e.bucket {
		return e, found.checkS3A(&s)
	}
	return e, nil
}

// Name returns the name of the engine.
func (e *Engine) Name() string { return Name }

// Capabilities returns the capabilities of the engine, which are constant.
func (e *Engine) Capabilities() pipeline.Capabilities { return capabilities }

// Spent returns zero, because Spark has no costs here.
func (e *Engine) Spent() pipeline.Spending { return pipeline.Spending{} }

// Run runs the script of job.Table.
func (e *Engine) Run(ctx context.Context, job pipeline.Job, show func(pipeline.Progress)) (pipeline.Result, error) {
	show(pipeline.Progress{Detail: "starting Spark"})
	if err := reach(ctx, e.settings.master, e.lookup); err != nil {
		return pipeline.Result{}, err
	}
	script, err := Script(e.lake, job.Table)
	if err != nil {
		return pipeline.Result{}, err
	}
	access, err := e.reachBucket(ctx)
	if err != nil {
		return pipeline.Result{}, err
	}
	args := []string{"--lake", escapeGlob(e.root), "--out", e.root + "/" + job.Output.Folder.Folder}
	for _, input := range job.Inputs {
		moved, err := e.moved(ctx, input.Table)
		if err != nil {
			return pipeline.Result{}, err
		}
		if moved != "" {
			args = append(args, "--input", input.Table.Name+"="+moved)
		}
	}
	last := progress{}
	result, err := e.submit(ctx, work{
		table: job.Table, script: script, args: args, access: access, begun: job.Output.Folder.Begun,
		log:  func(text string) { job.Say("%s", text) },
		look: func(at progress) { last = at; show(at.shown()) },
	})
	if err != nil {
		return pipeline.Result{}, err
	}
	show(pipeline.Progress{RowsRead: result.Read(job.Table), RowsWritten: result.Rows(), Detail: last.detail()})
	return pipeline.Result{Rows: result.Rows(), Funnel: result.Funnel}, nil
}

// moved returns the location of a table whose files are not directly in its
// path, as in a deployed lake, or "".
func (e *Engine) moved(ctx context.Context, t *pipeline.Table) (string, error) {
	if t.IsLanding() {
		return "", nil
	}
	files, err := e.files.List(ctx, t.Path)
	if err != nil || len(files) == 0 {
		return "", err
	}
	folder := path.Dir(files[0].Name)
	if folder == t.Path {
		return "", nil
	}
	return escapeGlob(e.root + "/" + folder), nil
}

// Release ends the processes that still write to a target.
func (e *Engine) Release(ctx context.Context, _ *pipeline.Table, target pipeline.Target) error {
	if group, ok := alive(ctx, target.Query); ok {
		kill(group, grace)
	}
	return nil
}

// processID returns an id by which another process of this machine can find a
// process again: host, number and start time.
func processID(ctx context.Context, pid int) string {
	return fmt.Sprintf("%s/%d/%s", hostname(), pid, startOf(ctx, pid))
}

// alive returns the process number from an id of processID, and reports whether
// that same process still runs on this machine.
func alive(ctx context.Context, id string) (pid int, ok bool) {
	parts := strings.Split(id, "/")
	if len(parts) != 3 || parts[0] != hostname() || parts[2] == "" {
		return 0, false
	}
	pid, err := strconv.Atoi(parts[1])
	if err != nil || pid <= 1 {
		return 0, false
	}
	return pid, startOf(ctx, pid) == parts[2]
}

func hostname() string {
	host, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return strings.ReplaceAll(host, "/", "-")
}

// hadoopURI returns the root of a lake as a Hadoop URI.
func hadoopURI(root string) string {
	if rest, ok := strings.CutPrefix(root, s3); ok {
		return "s3a://" + strings.TrimSuffix(rest, "/")
	}
	return fileURI(strings.TrimSuffix(root, "/"))
}
