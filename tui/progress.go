package tui

import (
	"fmt"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/state"
	"stedi/tui/ui"
)

// made returns the derived tables.
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

// elapsed returns the duration of the run on its own clock: what its record says
// once there is one.
func (a *app) elapsed() time.Duration {
	r := &a.live
	if r.ended && r.result != nil {
		return time.Duration(r.result.Seconds * float64(time.Second))
	}
	if r.began.IsZero() {
		return 0 // no event has arrived yet
	}
	if r.ended || !r.busy() && r.source != replayedRun {
		return r.latest.Sub(r.began)
	}
	return max(0, r.clock().Sub(r.began))
}

// whole returns the completed share of the run, and whether it is an estimate
// from past runs.
func (a *app) whole() (share float64, estimated bool) {
	share, estimated = a.wholeNow()
	return max(share, a.live.peak), estimated
}

// keepShares remembers the shares that were shown, before something changes that
// they are computed from: progress never moves back.
func (a *app) keepShares() {
	if !a.live.busy() && a.live.source != replayedRun {
		return
	}
	for name, step := range a.live.steps {
		step.peak, _ = a.shareOf(name, step)
	}
	if len(a.live.steps) > 0 {
		a.live.peak, _ = a.whole()
	}
}

func (a *app) wholeNow() (share float64, estimated bool) {
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
	switch {
	case total > 0:
	case a.live.ended:
		return 1, false // nothing had to be built
	default:
		return 0, false
	}
	return finished / total, estimated
}

func (a *app) past(table string) []float64 {
	if a.view == nil {
		return nil
	}
	return state.PastSeconds(a.view.Runs, a.place.Runner.Engine.Name(), table)
}

// shareOf returns the completed share of a step. It is measured if the engine
// reports its progress; otherwise it is estimated from past runs. A failed step
// stays where it was.
func (a *app) shareOf(table string, step *liveStep) (share float64, estimated bool) {
	share, estimated = a.shareNow(table, step)
	return max(share, step.peak), estimated
}

func (a *app) shareNow(table string, step *liveStep) (share float64, estimated bool) {
	switch step.state {
	case pipeline.Published, pipeline.UpToDate:
		return 1, false
	case pipeline.Waiting, pipeline.Failed, pipeline.Skipped, pipeline.Stopped:
		return 0, false
	case pipeline.Running:
	}
	if measured, ok := measuredShare(step.progress); ok {
		const most = 0.99 // all is read, but the table is not published
		return min(most, measured), false
	}
	if usual, ok := state.Median(a.past(table)); ok && usual > 0 {
		const most = 0.97 // an estimate never reaches 100%
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

// remaining estimates the seconds that the remaining steps take.
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

// timeLeft estimates the remaining seconds of a step, from its speed so far or
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

// share returns the progress for the terminal's progress bar.
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

// took returns the seconds since the start of a step.
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

// leastLeft is the shortest estimated time, in seconds, that is worth showing.
const leastLeft = 0.05

// drawBar draws the progress of the run: a bar, the share, and the estimated
// remaining time.
func (a *app) drawBar(p ui.Pane) {
	share, estimated := a.whole()
	tail := fmt.Sprintf("%3.0f%%", share*100)
	if left, ok := a.remaining(); ok && left >= leastLeft && a.live.busy() {
		tail += "  ~" + ui.Span(left) + " left"
	}
	if ui.Width(tail) > p.Width() {
		return // a part of it would be another number
	}
	room := p.Width() - ui.Width(tail) - 2
	if room >= 6 {
		p.Bar(0, 0, room, a.Theme.Full, a.Theme.Rest, share, estimated)
	}
	p.TextRight(p.Width(), 0, a.Theme.Text, tail)
}
