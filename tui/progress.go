package tui

import (
	"fmt"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/state"
	"stedi/tui/ui"
)

// made are the tables that transforms make.
func (a *app) made() []*pipeline.Table {
	var tables []*pipeline.Table
	if lake := a.lake(); lake != nil {
		for _, t := range lake.Tables {
			if !t.IsLanding() {
				tables = append(tables, t)
			}
		}
	}
	return tables
}

// elapsed is how long the run has taken, by its own clock.
func (a *app) elapsed() time.Duration {
	r := &a.live
	if r.ended || !r.busy() && r.source != replayedRun {
		return r.latest.Sub(r.began)
	}
	return max(0, r.clock().Sub(r.began))
}

// whole is the share of the run that is done, and whether it is an estimate
// from past runs.
func (a *app) whole() (share float64, estimated bool) {
	total, finished := 0.0, 0.0
	for _, t := range a.made() {
		step := a.live.steps[t.Name]
		if step == nil || step.state == pipeline.UpToDate {
			continue
		}
		weight, known := state.Median(a.past(t.Name))
		if !known {
			weight = 1
		}
		part, guess := a.shareOf(t.Name, step)
		total += weight
		finished += weight * part
		estimated = estimated || guess
	}
	if total == 0 {
		return 1, false
	}
	return finished / total, estimated
}

func (a *app) past(table string) []float64 {
	if a.view == nil {
		return nil
	}
	return state.PastSeconds(a.view.Runs, a.place.Runner.Engine.Name(), table)
}

// shareOf is how much of a step is done. It is measured where the engine
// counts what it reads; otherwise it is estimated from past runs. What has
// failed or was left out is not done.
func (a *app) shareOf(table string, step *liveStep) (share float64, estimated bool) {
	switch step.state {
	case pipeline.Published, pipeline.UpToDate:
		return 1, false
	case pipeline.Waiting, pipeline.Failed, pipeline.Skipped, pipeline.Stopped:
		return 0, false
	case pipeline.Running:
	}
	if measured, ok := measuredShare(step.progress); ok {
		return measured, false
	}
	if usual, ok := state.Median(a.past(table)); ok && usual > 0 {
		const most = 0.97 // an estimate never says that it is done
		return min(most, a.live.clock().Sub(step.began).Seconds()/usual), true
	}
	return 0, true
}

func measuredShare(p pipeline.Progress) (float64, bool) {
	if p.BytesTotal > 0 {
		return float64(p.BytesRead) / float64(p.BytesTotal), true
	}
	return 0, false
}

// remaining is how many seconds the steps that are left usually take.
func (a *app) remaining() (float64, bool) {
	left, known := 0.0, false
	for _, t := range a.made() {
		step := a.live.steps[t.Name]
		if step == nil || step.state != pipeline.Waiting && step.state != pipeline.Running {
			continue
		}
		if seconds, ok := a.timeLeft(t.Name, step); ok {
			left, known = left+seconds, true
		}
	}
	return left, known
}

// timeLeft is how many seconds a step still takes, from its speed so far or
// from past runs.
func (a *app) timeLeft(table string, step *liveStep) (float64, bool) {
	spent := 0.0
	if step.state == pipeline.Running {
		spent = a.live.clock().Sub(step.began).Seconds()
		if share, ok := measuredShare(step.progress); ok && share > 0.05 && spent > 0.2 {
			return spent * (1 - share) / share, true
		}
	}
	usual, ok := state.Median(a.past(table))
	return max(0, usual-spent), ok
}

// share is the progress for the terminal's own bar.
func (r *liveRun) share() (float64, bool) {
	if !r.busy() || len(r.steps) == 0 {
		return 0, false
	}
	over := 0
	for _, s := range r.steps {
		if s.state != pipeline.Waiting && s.state != pipeline.Running {
			over++
		}
	}
	return float64(over) / float64(len(r.steps)), true
}

// took is how many seconds a step has taken so far.
func (a *app) took(step *liveStep) float64 {
	switch {
	case step.record != nil:
		return step.record.Seconds
	case step.state == pipeline.Running:
		return max(0, a.live.clock().Sub(step.began).Seconds())
	default:
		return 0
	}
}

// drawBar shows how far the run is: a bar, the share, and how long the rest
// usually takes.
func (a *app) drawBar(p ui.Pane) {
	share, estimated := a.whole()
	tail := fmt.Sprintf("%3.0f%%", share*100)
	if left, ok := a.remaining(); ok && a.live.busy() {
		tail += "  ~" + ui.Span(left) + " left"
	}
	room := p.Width() - ui.Width(tail) - 2
	if room >= 6 {
		p.Bar(0, 0, room, a.Theme.Full, a.Theme.Rest, share, estimated)
	}
	p.TextRight(p.Width(), 0, a.Theme.Text, tail)
}
