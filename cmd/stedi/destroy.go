package main

import (
	"bufio"
	"context"
	"fmt"
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
		Long: "Remove from Glue the tables, the database, the jobs and their role that a deploy has made, and from the bucket\n" +
			"the versions of tables that this program has published. Landing files stay; --landing removes those that a\n" +
			"deploy has uploaded. It asks first, or wants --yes.",
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
	cmd.Flags().BoolVar(&landing, "landing", false, "also delete the landing files that a deploy has uploaded")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print every call; change nothing")
	return cmd
}

// confirm asks the user for confirmation. Without a terminal it returns an
// error.
func (p *program) confirm(question string) error {
	no := pipeline.Fail(pipeline.BadUsage, "", "Pass --yes, or preview with --dry-run.", "nothing was removed")
	if !p.isTerminal(p.stderr) {
		return no
	}
	narrate(p.stderr, question+" [y/N] ")
	answer, err := bufio.NewReader(p.stdin).ReadString('\n')
	if err == nil && strings.EqualFold(strings.TrimSpace(answer), "y") {
		return nil
	}
	return no
}

func (p *program) destroy(ctx context.Context, landing, dryRun bool) error {
	return p.openDeployment(ctx, dryRun, func(d *deployment) error {
		if d.authority.Catalog == "" && len(d.authority.Uploaded) == 0 {
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
		if d.authority.Role != "" {
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
		if dryRun {
			return nil
		}
		if err := state.ForgetManifests(ctx, d.bucket); err != nil {
			return err
		}
		if !landing && len(d.authority.Uploaded) > 0 {
			rest := state.Authority{Uploaded: d.authority.Uploaded}
			return rest.Record(ctx, d.bucket)
		}
		return nil
	})
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
	if err := d.say("DeleteObjects", d.bucket.URL(name), "it was recorded"); err != nil || d.dryRun {
		return err
	}
	if err := d.bucket.Delete(ctx, name); err != nil {
		return fmt.Errorf("the remaining resources stay recorded; run destroy again: %w", err)
	}
	return nil
}
