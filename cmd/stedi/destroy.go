package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

func (p *program) destroyCommand() *cobra.Command {
	var yes, landing, dryRun bool
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Undo a deploy: remove the tables, the jobs and the published versions",
		Long: "Remove from Glue the tables, the database, the jobs and their role that a deploy created, and from the bucket\n" +
			"the versions of tables that stedi published. Landing files stay, unless --landing also removes those that\n" +
			"a deploy uploaded. It asks for confirmation, unless --yes is given.",
		Example:     "stedi destroy --lake s3://bucket/prefix --dry-run\nstedi destroy --lake s3://bucket/prefix --yes",
		Annotations: map[string]string{"examples": "needs an account"},
		Args:        usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !dryRun && !yes {
				if err := p.confirm("Remove the tables of " + p.config.lake + "?"); err != nil {
					return err
				}
			}
			return p.destroy(cmd.Context(), landing, dryRun)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	cmd.Flags().BoolVar(&landing, "landing", false, "also delete the landing files that a deploy uploaded")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print every call; change nothing")
	return cmd
}

// confirm asks a person. Without a terminal it cannot ask.
func (p *program) confirm(question string) error {
	if p.isTerminal(p.stderr) && p.answersYes(question) {
		return nil
	}
	return pipeline.Fail(pipeline.BadUsage, "", "Pass --yes, or preview with --dry-run.", "nothing was removed")
}

// answersYes asks on a terminal.
func (p *program) answersYes(question string) bool {
	tryWrite(p.stderr, question+" [y/N] ")
	if p.replies == nil {
		p.replies = bufio.NewReader(p.stdin)
	}
	answer, err := p.replies.ReadString('\n')
	return err == nil && strings.EqualFold(strings.TrimSpace(answer), "y")
}

func (p *program) destroy(ctx context.Context, landing, dryRun bool) error {
	return p.openDeployment(ctx, dryRun, func(d *deployment) error {
		if !d.deployed() {
			return pipeline.Fail(pipeline.BadUsage, "", "Nothing to undo.", "%s was never deployed", p.config.lake)
		}
		folders, err := state.PublishedFolders(ctx, d.bucket)
		if err != nil {
			return err
		}
		changes, err := d.tables.Undeploy(ctx, d.lake)
		if err != nil {
			return err
		}
		if err := d.apply(ctx, changes); err != nil {
			return err
		}
		if d.authority.Role != "" || d.authority.Jobs {
			if err := d.destroyJobs(ctx); err != nil {
				return err
			}
		}
		if landing {
			folders = append(folders, d.authority.Uploaded...)
		}
		for _, name := range folders {
			if err := d.remove(ctx, name); err != nil {
				return err
			}
		}
		if err := d.removeLeftovers(ctx); err != nil || dryRun {
			return err
		}
		return d.forget(ctx, landing)
	})
}

// deployed reports whether a deploy has recorded anything.
func (d *deployment) deployed() bool {
	return d.authority.Catalog != "" || d.authority.Jobs || len(d.authority.Uploaded) > 0
}

// forget removes the records of what was removed.
func (d *deployment) forget(ctx context.Context, landing bool) error {
	if err := state.ForgetManifests(ctx, d.bucket); err != nil {
		return err
	}
	if !landing && len(d.authority.Uploaded) > 0 {
		rest := state.Authority{Uploaded: d.authority.Uploaded}
		return rest.Record(ctx, d.bucket)
	}
	return nil
}

// stagingFolder holds the results of queries and the records of uploads.
const stagingFolder = ".stedi/staging"

// removeLeftovers removes what tools left beside the tables: the markers of
// folders that Hadoop writes, results of queries, and the downloaded files on
// this machine.
func (d *deployment) removeLeftovers(ctx context.Context) error {
	files, err := d.bucket.All(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		folder, marker := strings.CutSuffix(f.Name, "_$folder$")
		if !marker || !slices.ContainsFunc(d.lake.Tables, func(t *pipeline.Table) bool {
			return !t.IsLanding() && (strings.HasPrefix(t.Path+"/", folder+"/") || strings.HasPrefix(folder, t.Path+"/"))
		}) {
			continue
		}
		if err := d.removeAs(ctx, f.Name, "a marker of a folder"); err != nil {
			return err
		}
	}
	staged, err := d.bucket.List(ctx, stagingFolder)
	if err != nil {
		return err
	}
	if len(staged) > 0 {
		if err := d.removeAs(ctx, stagingFolder, "results of queries"); err != nil {
			return err
		}
	}
	if d.dryRun {
		return nil
	}
	return os.RemoveAll(d.bucket.Folder())
}

// destroyJobs removes the Glue jobs, their role and their scripts.
func (d *deployment) destroyJobs(ctx context.Context) error {
	if err := d.openJobs(ctx); err != nil {
		return err
	}
	changes, err := d.jobs.Undeploy(ctx)
	if err == nil {
		err = d.apply(ctx, changes)
	}
	if err != nil {
		return err
	}
	return d.remove(ctx, d.jobs.Folder())
}

func (d *deployment) remove(ctx context.Context, name string) error {
	return d.removeAs(ctx, name, "it was recorded")
}

func (d *deployment) removeAs(ctx context.Context, name, why string) error {
	if err := d.say("DeleteObjects", d.bucket.URL(name), why); err != nil || d.dryRun {
		return err
	}
	if err := d.bucket.Delete(ctx, name); err != nil {
		return fmt.Errorf("the remaining resources stay recorded; run destroy again: %w", err)
	}
	return nil
}
