package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/definition"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/pager"
	"stedi/pipeline/printable"
	"stedi/pipeline/query"
	"stedi/pipeline/review"
	"stedi/pipeline/review/output"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/submission"
)

// reviewFlags are the flags of stedi review.
type reviewFlags struct {
	landing string
	rubric  string
	ocr     string
	notes   string
	screen  bool
	alone   bool // the lake of the screens is not part of the review
}

func (p *program) reviewCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "review TARGET…",
		Short: "Judge submissions of the course project",
		Long: "Read the scripts, DDLs, texts and pictures of each submission, and report the items of the rubric. The\n" +
			"scripts are read, not executed: stedi computes the rows that they would give from their text. A target is\n" +
			"a folder, a zip file, a bare git directory, or a lake. One target is shown in detail, several as a matrix.\n\n" +
			"Landing data is that of --landing, of --lake, of the target if it is the known data set, or the built-in\n" +
			"sample. The checks of --lake, or of a lake in the target, are part of the review. --rubric changes or\n" +
			"adds items. Pictures are read by tesseract if it is installed; see --ocr.\n\n" +
			"--screen shows the review in the UI, where a reviewer adds notes and overrides results. They are saved in\n" +
			review.NotesFile + " beside the target, and every later report has them, marked as the reviewer's.",
		Example:     "stedi review ./submission\nstedi review submissions/* --output html >review.html\nstedi review project.zip --landing ./lake --output markdown\nstedi review submissions/* --screen",
		Args:        usageArgs(cobra.MinimumNArgs(1)),
		Annotations: map[string]string{outputsAnnotation: strings.Join(output.Formats(), " "), "examples": "needs submissions"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if args = withoutNotes(args); len(args) == 0 {
				return pipeline.Fail(pipeline.BadUsage, "", "Name a folder, a zip file, a bare git directory or a lake.", "there is no submission to review")
			}
			if f.screen {
				return p.reviewScreen(cmd.Context(), f, args)
			}
			return p.review(cmd.Context(), f, args)
		},
	}
	cmd.Flags().StringVar(&f.landing, "landing", "", "folder of a lake whose landing tables the scripts are replayed on")
	cmd.Flags().StringVar(&f.rubric, "rubric", "", "file of a rubric, which changes or replaces the built-in one")
	cmd.Flags().StringVar(&f.ocr, "ocr", "auto", "read pictures with tesseract: auto (for one target), always or never")
	cmd.Flags().BoolVar(&f.screen, "screen", false, "show the review in the UI, for notes and overrides")
	cmd.Flags().StringVar(&f.notes, "notes", "", "file with the reviewer's notes (default "+review.NotesFile+" beside each target)")
	markPath(cmd.Flags(), "landing", "rubric", "notes")
	return cmd
}

// reviewer reviews submissions.
type reviewer struct {
	p       *program
	lake    *pipeline.Lake
	rubric  *review.Rubric
	sample  replay.Landing
	own     bool // --landing or --lake names the landing tables
	rows    map[string]int64
	data    string // the lake of --lake, or ""
	options replay.Options
	picture func(context.Context, []byte) (int64, bool)
	known   []replay.Mistake

	mu     sync.Mutex
	opened []*submission.Submission
	stop   func() error // closes what the review needs

	closeLake func() error // closes the lake whose landing tables are used; nil: none is open
}

// openReview prepares the review of a number of targets.
func (p *program) openReview(ctx context.Context, f reviewFlags, targets int, funnel bool) (_ *reviewer, err error) {
	r := &reviewer{p: p}
	if r.rubric, err = readRubric(f.rubric); err != nil {
		return nil, err
	}
	if r.picture, err = p.pictureReader(f.ocr, targets); err != nil {
		return nil, err
	}
	engine, temp, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return nil, err
	}
	r.stop = closeEngine
	defer func() {
		if err != nil {
			err = errors.Join(err, closeEngine())
		}
	}()
	if r.lake, err = definition.LoadFor(ctx, p.definition(), nil, engine, definition.Places{Map: p.config.places}); err != nil {
		return nil, err
	}
	if !r.rubric.Knows(r.lake) {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Pass --rubric with a rubric for this definition.", "the definition has none of the tables that the rubric judges")
	}
	if r.known, err = knownMistakes(p.definition()); err != nil {
		return nil, err
	}
	r.options.Funnel = funnel
	return r, r.chooseLanding(ctx, f, temp)
}

// Close closes the submissions.
func (r *reviewer) Close() (err error) {
	for _, s := range r.opened {
		err = errors.Join(err, s.Close())
	}
	if r.closeLake != nil {
		err = errors.Join(err, r.closeLake())
	}
	return errors.Join(err, r.stop())
}

func (p *program) review(ctx context.Context, f reviewFlags, targets []string) (err error) {
	book, err := newNotebook(f.notes)
	if err != nil {
		return err
	}
	r, err := p.openReview(ctx, f, len(targets), len(targets) == 1 || p.config.output == "html" && len(targets) <= funnelTargets)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	report := &review.Report{Schema: review.Schema, Targets: make([]review.Target, len(targets))}
	r.all(ctx, targets, func(n int, t *review.Target) { report.Targets[n] = *t })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for i := range targets {
		notes, err := book.of(targets[i])
		if err != nil {
			return err
		}
		report.Targets[i].Apply(notes)
	}
	if err := output.Write(p.reportTo(), p.config.output, report); err != nil {
		return err
	}
	if n := report.Failed(); n > 0 {
		return &explainedError{pipeline.Fail(pipeline.BadData, "", "", "%s failed", pipeline.Counted(n, "submission"))}
	}
	return nil
}

// reportTo is where reports go: text is made safe for terminals and logs.
func (p *program) reportTo() interface{ Write([]byte) (int, error) } {
	if p.config.output == "text" {
		return p.out
	}
	return p.stdout
}

func readRubric(name string) (*review.Rubric, error) {
	if name == "" {
		return review.ReadRubric("", "")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Name a file that exists.", "--rubric: %w", err)
	}
	if len(text) == 0 {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Write the items into it.", "--rubric: %s is empty", name)
	}
	return review.ReadRubric(name, string(text))
}

// chooseLanding sets the landing tables on which scripts are replayed.
func (r *reviewer) chooseLanding(ctx context.Context, f reviewFlags, temp string) (err error) {
	landing, named := f.landing, r.p.config.origins["lake"] != "" && !f.alone
	if named {
		r.data = plainS3(r.p.config.lake)
	}
	if landing == "" && named && !isURL(r.p.config.lake) {
		landing = r.p.config.lake
	}
	if r.p.config.memory == "" {
		r.options.Query.Memory = 384 << 20
	} else if r.options.Query.Memory, err = bytesOf(r.p.config.memory); err != nil {
		return err
	}
	r.options.Query.Threads = max(1, runtime.GOMAXPROCS(0)/2)
	if landing == "" && named {
		return r.fetchLanding(ctx, temp)
	}
	if landing == "" {
		return r.builtIn(ctx, temp)
	}
	r.own = true
	if landing, err = landingAt(landing); err != nil {
		return err
	}
	if r.sample, err = replay.Folder(r.lake, landing); err != nil {
		return err
	}
	if len(r.sample.Inputs) == 0 {
		return pipeline.Fail(pipeline.BadUsage, "", aboveLanding, "%s has no landing table", landing)
	}
	r.rows, err = r.count(ctx, r.sample)
	return err
}

// aboveLanding is the fix for a folder without landing tables.
const aboveLanding = "Name the folder above customer/landing and the others."

// landingAt returns the absolute path of the folder with landing tables.
func landingAt(name string) (string, error) {
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return "", pipeline.Fail(pipeline.BadUsage, "", aboveLanding, "%s is not a folder", name)
	}
	return filepath.Abs(name)
}

// builtIn replays on the built-in sample.
func (r *reviewer) builtIn(ctx context.Context, temp string) (err error) {
	folder := filepath.Join(temp, "sample")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	r.sample, err = replay.Sample(ctx, r.lake, folder)
	return err
}

// count counts the rows of landing tables.
func (r *reviewer) count(ctx context.Context, landing replay.Landing) (_ map[string]int64, err error) {
	q := query.Open(r.lake, landing.Inputs, landing.Root, r.options.Query)
	defer func() { err = errors.Join(err, q.Close()) }() //nolint:contextcheck // closing is not cancelled
	rows := map[string]int64{}
	for name := range landing.Inputs {
		if rows[name], _, err = pager.CountRows(ctx, q, r.lake.Table(name), pager.View{}); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// all reviews the targets, two at a time. A target that cannot be reviewed fails
// alone.
func (r *reviewer) all(ctx context.Context, targets []string, done func(n int, t *review.Target)) {
	var group errgroup.Group
	next := make(chan int)
	for range min(len(targets), max(1, min(4, runtime.GOMAXPROCS(0)))) {
		group.Go(func() error {
			replayer := replay.Open(r.lake, r.sample, r.options)
			for i := range next {
				target := r.one(ctx, replayer, targets[i])
				done(i, target)
			}
			return replayer.Close() //nolint:contextcheck // closing is not cancelled
		})
	}
	for i := range targets {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	_ = group.Wait() // the counts are there; a child that ends badly changes none
}

// funnelTargets is for how many targets the page counts the rows of each step,
// which takes as long as all else.
const funnelTargets = 20

// targetTime bounds the work for one target.
const targetTime = 2 * time.Minute

func (r *reviewer) one(ctx context.Context, replayer *replay.Replayer, target string) (reviewed *review.Target) {
	ctx, cancel := context.WithTimeout(ctx, targetTime)
	defer cancel()
	defer func() {
		// What is wrong in this program with one target must not end the review of
		// the others.
		if fault := recover(); fault != nil {
			reviewed = notReviewed(target, fmt.Sprint("stedi failed on this target: ", fault), "Review it by hand, and report this text as a fault of stedi.")
		}
	}()
	if isURL(plainS3(target)) {
		in := review.Input{Submission: &submission.Submission{Target: target}, LakeOnly: true, Data: r.p.reading(target).checkOne(ctx, target, check.InspectOptions{}, 1)}
		return review.Judge(ctx, r.rubric, in)
	}
	s, err := submission.Open(ctx, target, submission.Usual())
	if err != nil {
		return unreadable(target, err)
	}
	r.mu.Lock()
	r.opened = append(r.opened, s)
	r.mu.Unlock()
	in := review.Input{Submission: s, Landing: r.rows, Names: r.p.config.places, ReadPicture: r.picture}
	in.Scripts = review.ReadScripts(s)
	r.checkData(ctx, target, &in)
	if in.LakeOnly {
		return review.Judge(ctx, r.rubric, in)
	}
	// The scripts are replayed on the landing tables of the target if they are the
	// known data set, else on the usual ones.
	if landing, ok := r.landingOf(ctx, target, s); ok {
		replayer = replay.Open(r.lake, landing, r.options)
		defer func() { _ = replayer.Close() }() //nolint:contextcheck // closing is not cancelled, and changes no count
	}
	if in.Outcome, err = replayer.Replay(ctx, in.Scripts); err != nil {
		in.Outcome, in.ReplayError = nil, printable.Text(err.Error())
	}
	in.Mistakes = func(ctx context.Context, t *replay.Table) []*replay.Mistake {
		fit, err := replayer.Mistakes(ctx, r.known, t)
		if err != nil { // the wrong count stands without its cause
			return nil
		}
		return fit
	}
	return review.Judge(ctx, r.rubric, in)
}

// knownMistakes are the mistakes of a definition that SQL shows.
func knownMistakes(files fs.FS) ([]replay.Mistake, error) {
	all, err := diagnose.Mistakes(files)
	if err != nil {
		return nil, &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: "Repair the definition, or leave --definition out to use the one built in."}
	}
	var known []replay.Mistake
	for _, m := range all {
		if len(m.SQL) > 0 {
			known = append(known, replay.Mistake{Table: m.Table, Title: m.Title, Fix: m.Fix, SQL: m.SQL})
		}
	}
	return known, nil
}

// landingOf returns the landing tables of a target. It is false if they are not
// the known data set, or if the caller named others.
func (r *reviewer) landingOf(ctx context.Context, target string, s *submission.Submission) (replay.Landing, bool) {
	if r.own || s.Lake == "" {
		return replay.Landing{}, false
	}
	root, err := filepath.Abs(filepath.Join(target, s.Lake))
	if err != nil {
		return replay.Landing{}, false
	}
	landing, err := replay.Folder(r.lake, root)
	if err != nil || len(landing.Inputs) == 0 {
		return replay.Landing{}, false
	}
	rows, err := r.count(ctx, landing)
	return landing, err == nil && r.rubric.Known(rows)
}

// checkData checks the lake of --lake, or one in the target that has derived
// tables.
func (r *reviewer) checkData(ctx context.Context, target string, in *review.Input) {
	s := in.Submission
	switch {
	case r.data != "":
		in.Data = r.p.reading(r.data).checkOne(ctx, r.data, check.InspectOptions{}, 1)
	case s.Lake == "":
	case len(in.Scripts) == 0 && len(s.Of(submission.DDL)) == 0:
		in.LakeOnly = true
		in.Data = r.p.checkOne(ctx, filepath.Join(target, s.Lake), check.InspectOptions{}, 1)
	case s.Derived:
		in.Data = r.p.checkOne(ctx, filepath.Join(target, s.Lake), check.InspectOptions{AllowMissing: true}, 1)
	}
}

// unreadable is the review of a target that cannot be read.
func unreadable(target string, err error) *review.Target {
	return notReviewed(target, err.Error(), "Name a folder, a zip file or a bare git directory that can be read.")
}

// notReviewed is the review of a target that could not be reviewed.
func notReviewed(target, why, fix string) *review.Target {
	return &review.Target{
		Target: target, Tables: []review.Table{},
		Items: []review.Item{{ID: "target", Result: review.Fail, Message: printable.Text(printable.FirstLine(why)), Title: "Target", Feedback: fix}},
	}
}
