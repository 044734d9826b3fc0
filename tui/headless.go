package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// headless runs a model without a terminal: for pictures, and for a screen that
// is read line by line. Commands run as Bubble Tea runs them.
type headless struct {
	model    *Model
	messages chan tea.Msg
	changed  func() // after each message
}

// quiet is how long nothing must happen before a screen counts as complete.
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

// settle runs a command, and all that follows from it, until nothing is under
// way any more, or until the time is over. What only waits for the clock is
// not waited for.
func (d *headless) settle(ctx context.Context, cmd tea.Cmd, atMost time.Duration) error {
	cmd = tea.Batch(cmd, d.model.carryOut()) // the command may come from an action, not from an update
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	d.start(context.WithoutCancel(ctx), cmd) // what is not waited for may still come
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case msg := <-d.messages:
			d.take(context.WithoutCancel(ctx), msg)
			timer.Reset(quiet)
		case <-timer.C:
			if !d.model.Work.Busy() {
				return nil
			}
			timer.Reset(quiet)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take hands a message to the model.
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
