package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"stedi/athena/catalog"
	"stedi/athena/cloud"
	"stedi/athena/glue"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/state"
)

func (p *program) deployCommand() *cobra.Command {
	var o deployFlags
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Register a lake in S3 with Athena and Glue",
		Long: "Upload the landing files of a local lake (--from), skipping files that exist, and create or update the\n" +
			"database and the tables in the Glue catalog, the Glue jobs that build them, and the role of the jobs\n" +
			"unless --role names one. From then on every engine finds the tables through the catalog. --dry-run\n" +
			"prints each call and the IAM policies that are needed, and changes nothing.",
		Example:     "stedi deploy --from ./lake --lake s3://bucket/prefix --dry-run\nstedi deploy --from ./lake --lake s3://bucket/prefix",
		Annotations: map[string]string{"examples": "needs an account"},
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return p.deploy(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.from, "from", "", "a local lake whose landing files are uploaded")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print every call and the IAM policies; change nothing")
	cmd.Flags().BoolVar(&o.jobs, "jobs", true, "also create the Glue jobs")
	cmd.Flags().StringVar(&o.role, "role", "", "ARN of the role that the jobs run as (default: a new role)")
	cmd.Flags().StringVar(&o.boundary, "boundary", "", "ARN of the IAM policy that is the permissions boundary of the new role (default: a policy with the rights that the jobs need)")
	cmd.Flags().StringVar(&o.policy, "policy", "", "with --dry-run, print only the IAM policy for preview, run or deploy, or the boundary of the role")
	cmd.Flags().StringVar(&o.jobPrefix, "job-prefix", "", "prefix for the names of the jobs, so that lakes can share an account")
	return cmd
}

// deployFlags are the flags of deploy.
type deployFlags struct {
	from, role, jobPrefix string
	boundary, policy      string
	jobs, dryRun          bool
}

// deployment is a lake in S3 that is being deployed or destroyed.
type deployment struct {
	program   *program
	lake      *pipeline.Lake
	bucket    *s3.Store
	tables    *catalog.Catalog
	jobs      *glue.Jobs
	authority state.Authority
	dryRun    bool
}

// openDeployment opens a lake, locks it unless this is a dry run, and calls
// work.
func (p *program) openDeployment(ctx context.Context, dryRun bool, work func(*deployment) error) (err error) {
	if !inS3(p.config.lake) {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --lake s3://BUCKET/PREFIX.", "only a lake in S3 can be deployed")
	}
	d := &deployment{program: p, dryRun: dryRun}
	if d.lake, err = p.loadToBuild(ctx); err != nil {
		return err
	}
	p.notes(d.lake)
	store, _, err := p.openBucket(ctx, p.config.lake)
	if err != nil {
		return err
	}
	d.bucket = store
	if d.authority, err = state.AuthorityOf(ctx, store); err != nil {
		return err
	}
	if d.tables, err = p.config.account.Catalog(ctx, registry.Place{Root: p.config.lake, Authority: d.authority}); err != nil {
		return err
	}
	if dryRun {
		return work(d)
	}
	unlock, err := store.Lock(ctx, pipeline.Holder{Run: "deploy", PID: pid(), Host: hostname(), Since: time.Now()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return work(d)
}

func (p *program) deploy(ctx context.Context, o deployFlags) error {
	if o.policy != "" {
		return p.policyAlone(ctx, o)
	}
	printed := false
	err := p.openDeployment(ctx, o.dryRun, func(d *deployment) error {
		d.noteRetention(ctx)
		if o.from != "" {
			if err := d.upload(ctx, o.from); err != nil {
				return err
			}
		}
		changes, err := d.tables.Changes(ctx, d.lake)
		if err != nil {
			return err
		}
		if !o.dryRun {
			// It is recorded first, so that a destroy finds the tables even after
			// a failure.
			d.authority.Catalog, d.authority.Database = catalog.Kind, d.tables.Database()
			if err := d.authority.Record(ctx, d.bucket); err != nil {
				return err
			}
		}
		if err := d.apply(ctx, changes); err != nil {
			return err
		}
		if o.jobs {
			if err := d.deployJobs(ctx, o); err != nil {
				return err
			}
		}
		if o.dryRun {
			printed = true
			return p.printPolicies(ctx, d.lake, d.tables.Database(), d.authority, o)
		}
		tryWrite(p.stderr, fmt.Sprintf("deployed to the database %s: `stedi --batch --engine athena --lake %s` runs it\n", d.tables.Database(), p.config.lake))
		return nil
	})
	if o.dryRun && !printed && pipeline.KindOf(err) == pipeline.Denied {
		// An identity without permission for the lake still requires the
		// policies.
		err = errors.Join(err, p.printPolicies(ctx, nil, cmp.Or(p.config.account.Database, cloud.DefaultDatabase), state.Authority{}, o))
	}
	return err
}

// noteRetention says before anything is uploaded that deleted data would stay in
// the bucket, and the rule that ends that.
func (d *deployment) noteRetention(ctx context.Context) {
	for _, f := range d.bucket.Retention(ctx) {
		tryWrite(d.program.stderr, printable.Text(f.About+": "+f.Says)+"\n")
		if f.Fix != "" {
			tryWrite(d.program.stderr, "  "+printable.Text(f.Fix)+"\n")
		}
	}
}

// deployJobs creates the Glue jobs and records their role. Without jobs, the
// lake can be run by the other engines.
func (d *deployment) deployJobs(ctx context.Context, o deployFlags) error {
	if o.role != "" {
		d.authority.Role = o.role
	}
	if o.jobPrefix != "" {
		d.authority.JobPrefix = o.jobPrefix
	}
	if err := d.openJobs(ctx); err != nil {
		return err
	}
	d.jobs.Bound(o.boundary)
	d.jobs.Encrypted(d.program.policyOf(ctx, d.lake, d.tables.Database(), d.authority, o).key)
	changes, err := d.jobs.Changes(ctx)
	if err != nil {
		return err
	}
	if !d.dryRun && len(changes) > 0 {
		d.authority.Jobs = true
		if err := d.authority.Record(ctx, d.bucket); err != nil {
			return err
		}
	}
	if err := d.apply(ctx, changes); err != nil || d.dryRun {
		return err
	}
	d.authority.Role = d.jobs.Role()
	return d.authority.Record(ctx, d.bucket)
}

func (d *deployment) openJobs(ctx context.Context) (err error) {
	config := &d.program.config
	d.jobs, err = config.account.Jobs(ctx, d.lake, d.bucket, registry.Place{Root: config.lake, Authority: d.authority}, d.tables.Database())
	return err
}

// upload copies the landing files of a local lake to the bucket.
func (d *deployment) upload(ctx context.Context, from string) error {
	local, err := dir.Open(from, dir.Options{})
	if err != nil {
		return &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: "Name a local lake with --from."}
	}
	for _, t := range d.lake.Tables {
		if !t.IsLanding() {
			continue
		}
		files, err := local.List(ctx, t.Path)
		if err != nil {
			return err
		}
		for i, f := range files {
			if err := d.uploadFile(ctx, local, f); err != nil {
				return err
			}
			if !d.dryRun {
				tryWrite(d.program.stderr, fmt.Sprintf("%s: %d of %d files\n", t.Name, i+1, len(files)))
			}
		}
	}
	return nil
}

func (d *deployment) uploadFile(ctx context.Context, local pipeline.Store, f pipeline.File) error {
	path, err := local.Fetch(ctx, f)
	if err != nil {
		return err
	}
	said := func() error {
		return d.say("PutObject", d.bucket.URL(f.Name), fmt.Sprintf("%s bytes", thousands(f.Size)))
	}
	if d.dryRun {
		differs, err := d.bucket.Differs(ctx, path, f.Name)
		if err != nil || !differs {
			return err
		}
		return said()
	}
	// It is recorded first, so that a destroy finds it even after a failure.
	if d.authority.Upload(f.Name) {
		if err := d.authority.Record(ctx, d.bucket); err != nil {
			return err
		}
	}
	sent, err := d.bucket.Upload(ctx, path, f.Name)
	if err != nil || !sent {
		return err
	}
	return said()
}

// apply makes the changes one after the other. In a dry run it only prints
// them.
func (d *deployment) apply(ctx context.Context, changes []catalog.Change) error {
	for _, c := range changes {
		if err := d.say(c.Call, c.About, c.Why); err != nil {
			return err
		}
		if d.dryRun {
			continue
		}
		if err := c.Do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *deployment) say(call, about, why string) error {
	_, err := fmt.Fprintf(d.program.stdout, "%-16s %s  (%s)\n", call, about, why)
	return err
}
