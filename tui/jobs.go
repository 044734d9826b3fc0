package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// jobList lists the runs of a table's job.
type jobList struct {
	known bool
	runs  []pipeline.JobRun
	err   error
}

// jobRunsMsg brings the job runs for the list.
type jobRunsMsg struct {
	table string
	list  *jobList
	found jobList
}

// listJobs shows the runs of a table's job when they arrive.
func (a *app) listJobs(table string) tea.Cmd {
	jobs, list := a.place.Jobs, &jobList{}
	a.Open(&ui.Reader{Kit: a.Kit, Head: "JOB RUNS of " + table, Lines: a.Fitted(func() []ui.StyledLine { return a.jobLines(list) })})
	return a.Work.Start(&a.listing, func(ctx context.Context) tea.Msg {
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

func (a *app) jobLines(list *jobList) []ui.StyledLine {
	t, runs := a.Theme, list.runs
	switch {
	case !list.known:
		return []ui.StyledLine{{{Style: t.Dim, Text: "asking Glue …"}}}
	case list.err != nil:
		return []ui.StyledLine{{{Style: t.Bad, Text: "they cannot be listed"}}, {{Style: t.Dim, Text: a.forDetails()}}}
	case len(runs) == 0:
		return []ui.StyledLine{{{Style: t.Dim, Text: "the job has not run yet"}}}
	}
	lines := []ui.StyledLine{
		{{Style: t.Dim, Text: "job "}, {Style: t.Text, Text: runs[0].Job}},
		nil,
		{{Style: t.Dim, Text: fmt.Sprintf("%-15s %-12s %9s %9s  %s", "STARTED", "STATE", "TIME", "COST", "RUN")}},
	}
	for _, r := range runs {
		style, time, cost := t.Warn, "—", "—"
		if r.Seconds > 0 {
			time, cost = ui.Span(r.Seconds), fmt.Sprintf("$%.4f", r.CostUSD)
		}
		switch r.State {
		case "SUCCEEDED":
			style = t.Good
		case "FAILED", "TIMEOUT", "ERROR", "EXPIRED":
			style = t.Bad
		}
		lines = append(lines, ui.StyledLine{
			{Style: t.Text, Text: fmt.Sprintf("%-15s ", r.Started.In(a.options.Zone).Format("Jan 02 15:04:05"))},
			{Style: style, Text: fmt.Sprintf("%-12s ", r.State)},
			{Style: t.Text, Text: fmt.Sprintf("%9s %9s  ", time, cost)},
			{Style: t.Dim, Text: r.ID},
		})
		if r.Error != "" {
			lines = append(lines, ui.StyledLine{{Style: style, Text: "  " + r.Error}})
		}
	}
	return lines
}
