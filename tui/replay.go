package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// replay plays a past run: its events occur at their original times, but
// faster.
type replay struct {
	events []pipeline.Event
	next   int
	at     time.Time // the displayed moment of the run
	paused bool
}

// replaySpeeds are the available speeds, as factors of real time.
var replaySpeeds = []int{1, 2, 5, 10, 25, 50}

// replayTick is the update interval of a replay.
const replayTick = 50 * time.Millisecond

type replayTickMsg struct{ *replay }

func (r *replay) tick() tea.Cmd {
	return tea.Tick(replayTick, func(time.Time) tea.Msg { return replayTickMsg{r} })
}

// advance advances by one tick at a speed, and returns the events in it.
func (r *replay) advance(speed int) []pipeline.Event {
	if r.paused {
		return nil
	}
	r.at = r.at.Add(time.Duration(speed) * replayTick)
	from := r.next
	for r.next < len(r.events) && !r.events[r.next].Time.After(r.at) {
		r.next++
	}
	return r.events[from:r.next]
}

func (r *replay) over() bool { return r.next == len(r.events) }

// replayed starts the replay of a run that was read.
func (s *runView) replayed(msg replayMsg) tea.Cmd {
	if msg.err != nil || len(msg.events) == 0 {
		s.live.ended = true
		return s.Toast(ui.Warned, "run "+msg.id+" has no events to replay")
	}
	s.replay = &replay{events: msg.events, at: msg.events[0].Time}
	r := s.replay
	s.live.clock = func() time.Time { return r.at }
	return s.replay.tick()
}

// played advances the replay.
func (s *runView) played(msg replayTickMsg) tea.Cmd {
	if s.replay != msg.replay || s.live.source != replayedRun {
		return nil // another run is on the screen
	}
	s.keepShares()
	for _, e := range s.replay.advance(s.live.speed) {
		s.live.take(e)
	}
	if s.replay.over() {
		s.live.ended = true
		return nil
	}
	return s.replay.tick()
}

// faster changes the speed of a replay.
func (s *runView) faster(by int) tea.Cmd {
	at := 0
	for i, speed := range replaySpeeds {
		if speed <= s.live.speed {
			at = i
		}
	}
	s.live.speed = replaySpeeds[min(max(0, at+by), len(replaySpeeds)-1)]
	return nil
}

// playing reports whether an unfinished replay is on the screen.
func (s *runView) playing() bool {
	return s.live.source == replayedRun && s.replay != nil && !s.replay.over()
}

func (s *runView) pause() tea.Cmd {
	s.replay.paused = !s.replay.paused
	return nil
}
