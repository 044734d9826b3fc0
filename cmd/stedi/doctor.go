package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"stedi/athena/account"
	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/run"
	"stedi/pipeline/state"
)

func (p *program) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Find what keeps the lake from working, with the exact fix",
		Long: "Check the settings and their sources, and try what a run needs: to read and write the lake, a lock,\n" +
			"temporary files and free disk space; for a lake in S3 the credentials, the region, the bucket, the\n" +
			"workgroup and the catalog. The lake is not changed; a test file or empty object is removed again.",
		Example:     "stedi doctor --lake ./lake\nstedi doctor --lake s3://bucket/prefix --engine athena\nstedi doctor --lake glue://stedi --engine athena",
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return p.doctor(cmd.Context()) },
		Annotations: map[string]string{"examples": "needs an account"},
	}
}

// examine runs all diagnostics.
func (p *program) examine(ctx context.Context) []pipeline.Finding {
	switch {
	case inS3(p.config.lake):
		return append(p.settings(), p.examineBucket(ctx)...)
	case inCatalog(p.config.lake):
		return append(p.settings(), p.examineDatabase(ctx)...)
	}
	return append(p.settings(), p.examineFolder(ctx)...)
}

func (p *program) doctor(ctx context.Context) error {
	findings := p.examine(ctx)
	if err := p.printFindings(findings); err != nil {
		return err
	}
	var errs []error
	for _, f := range findings {
		if f.Wrong {
			errs = append(errs, pipeline.Fail(f.Kind, "", f.Fix, "%s: %s", f.About, f.Says))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return &explainedError{err}
	}
	return nil
}

// settings returns the settings and their sources.
func (p *program) settings() []pipeline.Finding {
	findings := []pipeline.Finding{pipeline.Fine("program", fmt.Sprintf("stedi %s, %s/%s", version, runtime.GOOS, runtime.GOARCH))}
	for _, set := range [][2]string{{"lake", p.config.lake}, {"engine", p.config.engine}, {"workgroup", p.config.account.Workgroup}} {
		if origin := p.config.origins[set[0]]; origin != "" {
			findings = append(findings, pipeline.Fine(set[0], set[1]+" ("+origin+")"))
		}
	}
	return findings
}

// examineFolder checks the requirements of a run on this machine.
func (p *program) examineFolder(ctx context.Context) (findings []pipeline.Finding) {
	if findings := dir.ExamineTemp(); len(findings) > 0 {
		return findings // without it the lake cannot be opened
	}
	engine := p.selected()
	p.builds = true
	o, err := p.openSilently(ctx, &p.config.engines[0], p.config.engines[0].SupportsLake) // what the selected one lacks is found below
	if err != nil {
		return troubles("lake", err)
	}
	defer func() {
		if err := o.close(); err != nil {
			findings = append(findings, pipeline.Trouble("engine", err))
		}
	}()
	var notes []pipeline.Finding
	for _, note := range o.lake.Notes {
		notes = append(notes, pipeline.Fine("definition", note))
	}
	steps, planned := run.Plan(ctx, o.runner(p.config.demo), pipeline.RunOptions{})
	if local, ok := o.base.(*dir.Store); ok {
		var read, written []string
		for _, t := range o.lake.Tables {
			read = append(read, t.Path)
			if !t.IsLanding() {
				written = append(written, t.Path)
			}
		}
		findings = local.Examine(ctx, read, written, o.wouldWrite(ctx, steps))
	}
	if pipeline.KindOf(planned) != pipeline.Denied || len(findings) == 0 {
		findings = append(findings, troubles("lake", planned)...)
	}
	if err := engine.SupportsLake(o.env.Place); err != nil {
		findings = append(findings, pipeline.Trouble("engine", err))
	} else if engine.Examine != nil {
		notes = append(notes, engine.Examine(ctx, o.env)...)
	}
	if len(findings) > 0 {
		return append(notes, findings...)
	}
	says := "readable, and ready for a run"
	if holder, err := o.store.Holder(ctx); err == nil && holder != nil {
		says = fmt.Sprintf("readable; run %s is in progress, and another run has to wait", holder.Run)
	}
	return append(notes, pipeline.Fine("lake "+filepath.Clean(o.root), says))
}

// wouldWrite estimates the bytes that steps write: the current size of each
// table, or for a table that was never built the size of its first input.
func (o *opened) wouldWrite(ctx context.Context, steps []run.PlanStep) int64 {
	sizes, total := map[string]int64{}, int64(0)
	for _, t := range o.lake.Tables {
		size, err := o.env.SizeOf(ctx, t.Name)
		if err != nil {
			continue // another finding reports it
		}
		sizes[t.Name] = size
		if !t.IsLanding() && size == 0 && len(t.Transform.Inputs) > 0 {
			sizes[t.Name] = sizes[t.Transform.Inputs[0]]
		}
	}
	for _, s := range steps {
		if s.Run {
			total += sizes[s.Table]
		}
	}
	return total
}

// troubles returns a finding for each error that is joined in err.
func troubles(about string, err error) []pipeline.Finding {
	if err == nil {
		return nil
	}
	var findings []pipeline.Finding
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			findings = append(findings, troubles(about, e)...)
		}
		return findings
	}
	if failure, ok := errors.AsType[*pipeline.Failure](err); ok && failure.Table != "" {
		about = failure.Table
	}
	return append(findings, pipeline.Trouble(about, err))
}

// examineBucket runs the diagnostics of a lake in S3. It stops at the first
// error that makes further checks impossible.
func (p *program) examineBucket(ctx context.Context) []pipeline.Finding {
	findings, known := p.examineAccount(ctx)
	if !known {
		return findings
	}
	store, _, err := p.openBucket(ctx, p.config.lake)
	if err != nil {
		return append(findings, pipeline.Trouble("bucket", err))
	}
	authority, err := state.AuthorityOf(ctx, store)
	if err == nil && authority.Catalog == "" && p.selected().Discover != nil {
		return append(findings, p.examineFound(ctx)...) // it is only read: nothing is tried that writes
	}
	findings = append(findings, store.Examine(ctx)...)
	if err != nil {
		return append(findings, pipeline.Trouble("lake", err))
	}
	if authority.Catalog == "" {
		return append(findings, p.examineUndeployed(ctx)...)
	}
	return append(findings, p.examineDeployed(ctx, store, authority)...)
}

// examineAccount checks the credentials. It returns false if there are none.
func (p *program) examineAccount(ctx context.Context) (findings []pipeline.Finding, known bool) {
	config, err := p.config.account.Account(ctx)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("credentials", err)}, false
	}
	if who, err := account.Who(ctx, config); err != nil {
		findings = append(findings, pipeline.Trouble("credentials", err))
	} else {
		findings = append(findings, pipeline.Fine("credentials", who))
	}
	if device := account.UnusedDevice(config); device != nil {
		findings = append(findings, pipeline.Fine("credentials", device.String()))
	}
	return append(findings, pipeline.Fine("region", config.Region)), true
}

// examineDatabase checks a lake that is only a database of a catalog.
func (p *program) examineDatabase(ctx context.Context) []pipeline.Finding {
	if err := p.selected().SupportsLake(registry.Place{Root: p.config.lake}); err != nil {
		return troubles("engine", err)
	}
	findings, known := p.examineAccount(ctx)
	if !known {
		return findings
	}
	return append(findings, p.examineFound(ctx)...)
}

// examineFound checks the tables of a catalog that the lake has without having
// been deployed.
func (p *program) examineFound(ctx context.Context) (findings []pipeline.Finding) {
	engine := p.selected()
	o, err := p.openSilently(ctx, engine, engine.SupportsLake)
	if err != nil {
		return troubles("catalog", err)
	}
	defer func() {
		if err := o.close(); err != nil {
			findings = append(findings, pipeline.Trouble("engine", err))
		}
	}()
	for _, note := range o.env.Discovered.Notes {
		findings = append(findings, pipeline.Fine("catalog", note))
	}
	missing := func(t *pipeline.Table) bool { return o.env.Discovered.Location(t.Name) == "" }
	if inS3(o.root) && !slices.ContainsFunc(o.lake.Tables, func(t *pipeline.Table) bool { return !missing(t) }) {
		return append(findings, pipeline.Finding{
			About: "catalog", Wrong: true, Kind: pipeline.BadUsage, Says: "it has none of the tables, and the lake was not deployed",
			Fix: "`stedi deploy --lake " + p.config.lake + "`",
		})
	}
	for _, t := range o.lake.Tables {
		if at := o.env.Discovered.Location(t.Name); !missing(t) {
			findings = append(findings, pipeline.Fine(t.Name, "in "+at))
			continue
		}
		findings = append(findings, pipeline.Finding{
			About: t.Name, Wrong: true, Kind: pipeline.BadUsage, Says: "not in the catalog",
			Fix: "If it has another name there, give it with --map " + t.Name + "=NAME.",
		})
	}
	if engine.Examine != nil {
		findings = append(findings, engine.Examine(ctx, o.env)...)
	}
	return findings
}

// examineUndeployed runs the diagnostics of the selected engine for a lake
// that was not deployed.
func (p *program) examineUndeployed(ctx context.Context) []pipeline.Finding {
	says := pipeline.Fine("catalog", "none: the lake was not deployed")
	engine := p.selected()
	if engine.Deployed {
		says.Wrong, says.Kind, says.Fix = true, pipeline.BadUsage, "`stedi deploy --lake "+p.config.lake+"`"
	}
	findings := []pipeline.Finding{says}
	if engine.Examine != nil && !engine.Deployed {
		env := &registry.Env{Place: registry.Place{Root: p.config.lake}, Lookup: p.env}
		findings = append(findings, engine.Examine(ctx, env)...)
	}
	return findings
}

// examineDeployed runs the diagnostics of all engines to which the lake is
// deployed, and of the selected one.
func (p *program) examineDeployed(ctx context.Context, store pipeline.Store, authority state.Authority) (findings []pipeline.Finding) {
	engine, temp, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("engine", err)}
	}
	defer func() {
		if err := closeEngine(); err != nil {
			findings = append(findings, pipeline.Trouble("engine", err))
		}
	}()
	p.builds = true
	lake, err := p.load(ctx, p.config.lake, engine)
	if err != nil {
		return []pipeline.Finding{pipeline.Trouble("definition", err)}
	}
	env := &registry.Env{
		Place: registry.Place{Root: p.config.lake, Authority: authority}, Lake: lake, Store: store, Temp: temp, Embedded: engine, Lookup: p.env,
	}
	for _, e := range p.config.engines {
		known := e.Deployed && e.BuildsLake(env.Place) == nil
		if e.Examine != nil && (known || e.Name == p.config.engine) {
			findings = append(findings, e.Examine(ctx, env)...)
		}
	}
	return findings
}

func (p *program) printFindings(findings []pipeline.Finding) error {
	if p.config.output != "text" {
		return p.encode(findings)
	}
	for _, f := range findings {
		mark := "ok   "
		if f.Wrong {
			mark = "WRONG"
		}
		if _, err := fmt.Fprintf(p.out, "%s  %s: %s\n", mark, f.About, printable.Text(f.Says)); err != nil {
			return err
		}
		if f.Fix != "" {
			if _, err := fmt.Fprintf(p.out, "       %s\n", printable.Text(f.Fix)); err != nil {
				return err
			}
		}
	}
	return nil
}
