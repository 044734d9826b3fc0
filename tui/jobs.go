package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
)

// jobList is what is known of the runs of a table's job.
type jobList struct {
	known bool
	runs  []pipeline.JobRun
	err   error
}

// jobRunsMsg brings what the list waits for.
type jobRunsMsg struct {
	table string
	list  *jobList
	found jobList
}

// listJobs shows the runs of a table's job as soon as they are known.
func (a *app) listJobs(table string) tea.Cmd {
	jobs, list := a.place.Jobs, &jobList{}
	a.open(&reader{kit: a.kit, head: "JOB RUNS of " + table, lines: a.fitted(func() []styledLine { return a.jobLines(list) })})
	return a.work.start(&a.listing, func(ctx context.Context) tea.Msg {
		runs, err := jobs(ctx, table)
		return jobRunsMsg{table, list, jobList{true, runs, err}}
	})
}

func (a *app) listedJobs(msg jobRunsMsg) tea.Cmd {
	*msg.list = msg.found
	if msg.found.err != nil {
		a.fail("the runs of "+msg.table+" cannot be listed", msg.found.err)
	}
	return nil
}

func (a *app) jobLines(list *jobList) []styledLine {
	t, runs := a.theme, list.runs
	switch {
	case !list.known:
		return []styledLine{{{t.dim, "asking Glue …"}}}
	case list.err != nil:
		return []styledLine{{{t.bad, "they cannot be listed"}}, {{t.dim, "press ! for details"}}}
	case len(runs) == 0:
		return []styledLine{{{t.dim, "the job has not run yet"}}}
	}
	lines := []styledLine{
		{{t.dim, "job "}, {t.text, runs[0].Job}},
		nil,
		{{t.dim, fmt.Sprintf("%-15s %-12s %9s %9s  %s", "STARTED", "STATE", "TIME", "COST", "RUN")}},
	}
	for _, r := range runs {
		style, time, cost := t.warn, "—", "—"
		if r.Seconds > 0 {
			time, cost = span(r.Seconds), fmt.Sprintf("$%.4f", r.CostUSD)
		}
		switch r.State {
		case "SUCCEEDED":
			style = t.good
		case "FAILED", "TIMEOUT", "ERROR", "EXPIRED":
			style = t.bad
		}
		lines = append(lines, styledLine{
			{t.text, fmt.Sprintf("%-15s ", r.Started.In(a.options.Zone).Format("Jan 02 15:04:05"))},
			{style, fmt.Sprintf("%-12s ", r.State)},
			{t.text, fmt.Sprintf("%9s %9s  ", time, cost)},
			{t.dim, r.ID},
		})
		if r.Error != "" {
			lines = append(lines, styledLine{{style, "  " + r.Error}})
		}
	}
	return lines
}
