package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// headless runs a model without a terminal: for pictures, and for the plain
// mode. It runs commands as Bubble Tea does.
type headless struct {
	model    *Model
	messages chan tea.Msg
	changed  func() // called after each message
}

// quiet is the time without messages after which a screen counts as complete.
const quiet = 80 * time.Millisecond

func newHeadless(m *Model) *headless {
	return &headless{model: m, messages: make(chan tea.Msg, 256), changed: func() {}}
}

// start runs a command in the background.
func (d *headless) start(ctx context.Context, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		select {
		case d.messages <- msg:
		case <-ctx.Done():
		}
	}()
}

// settle runs a command and all commands that follow from it, until nothing is
// running or atMost has passed. It does not wait for timers.
func (d *headless) settle(ctx context.Context, cmd tea.Cmd, atMost time.Duration) error {
	cmd = tea.Batch(cmd, d.model.carryOut()) // the command may come from an action instead of an update
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	d.start(context.WithoutCancel(ctx), cmd) // its message may still arrive later
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case msg := <-d.messages:
			d.take(context.WithoutCancel(ctx), msg)
			timer.Reset(quiet)
		case <-timer.C:
			if !d.model.Work.Busy() || d.model.asking != nil { // work may wait for an answer
				return nil
			}
			timer.Reset(quiet)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take passes a message to the model.
func (d *headless) take(ctx context.Context, msg tea.Msg) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			d.start(ctx, cmd)
		}
		return
	}
	_, cmd := d.model.Update(msg)
	d.changed()
	d.start(ctx, cmd)
}
