package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Task is background work of which only the newest start counts. The zero value
// is ready for use. It belongs to the update loop.
type Task struct {
	id     int
	Cancel context.CancelFunc // nil if no work is running
}

// Reply brings what a task has found back into the update loop. A reply that
// comes late, after the task was cancelled or restarted, is dropped there.
type Reply struct {
	Task  *Task
	id    int
	Value tea.Msg
}

// Working reports whether the task is running.
func (t *Task) Working() bool { return t.Cancel != nil }

// Stop cancels the running work and invalidates its reply.
func (t *Task) Stop() {
	if t.Cancel != nil {
		t.Cancel()
		t.Cancel = nil
	}
	t.id++
}

// Accepts reports whether a reply is to the newest start, and ends the task.
func (t *Task) Accepts(r Reply) bool {
	if r.Task != t || r.id != t.id {
		return false
	}
	t.Stop()
	return true
}

// workers starts background work and waits for it at the end.
type workers struct {
	begin  func() (context.Context, context.CancelFunc)
	mu     sync.Mutex
	over   bool
	all    sync.WaitGroup
	active atomic.Int64
}

// NewWorkers returns workers whose contexts end with parent.
func NewWorkers(parent context.Context) *workers {
	return &workers{begin: func() (context.Context, context.CancelFunc) { return context.WithCancel(parent) }}
}

// Start restarts a task: f works in the background until it is done or its
// context ends, and its message comes back as a reply.
func (w *workers) Start(t *Task, f func(context.Context) tea.Msg) tea.Cmd {
	t.Stop()
	ctx, cancel := w.begin()
	t.Cancel = cancel
	id := t.id
	return func() tea.Msg {
		defer cancel()
		if !w.enter() {
			return nil
		}
		defer w.all.Done()
		defer w.active.Add(-1)
		return Reply{t, id, f(ctx)}
	}
}

// enter tells whether work may begin. A program that ends does not begin all
// that it has been told to, so work that has not started is not waited for.
func (w *workers) enter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.all.Add(1)
		w.active.Add(1)
	}
	return !w.over
}

// Busy reports whether any work is running.
func (w *workers) Busy() bool { return w.active.Load() > 0 }

// Wait waits for started work; no more is started.
func (w *workers) Wait() {
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
	w.all.Wait()
}

// holding is a message that holds something open. If its result is not wanted any
// more, it is closed.
type holding interface {
	Release() error
}

// Discard closes what is no longer needed, in the background. What it leaves
// behind goes away with the folder that it lies in.
func (k *Kit) Discard(value any) tea.Cmd {
	held, ok := value.(holding)
	if !ok {
		return nil
	}
	return k.Work.Start(&Task{}, func(context.Context) tea.Msg {
		_ = held.Release()
		return nil
	})
}

// Mailbox passes values from a goroutine to the update loop in batches. Send
// never blocks.
type Mailbox[T any] struct {
	mu     sync.Mutex
	values []T
	ready  chan struct{}
	closed bool
}

// NewMailbox returns an empty mailbox.
func NewMailbox[T any]() *Mailbox[T] { return &Mailbox[T]{ready: make(chan struct{}, 1)} }

// Send adds a value.
func (m *Mailbox[T]) Send(v T) {
	m.mu.Lock()
	m.values = append(m.values, v)
	m.mu.Unlock()
	m.wake()
}

// Close marks the end of the values.
func (m *Mailbox[T]) Close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.wake()
}

func (m *Mailbox[T]) wake() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// pause is how long values are collected before they are shown: the eye sees
// at most that many changes a second.
const pause = 60 * time.Millisecond

// Receive waits for values, then a moment for more. It returns no values and
// open false when the mailbox is closed.
func (m *Mailbox[T]) Receive() (values []T, open bool) {
	<-m.ready
	timer := time.NewTimer(pause)
	<-timer.C
	m.mu.Lock()
	defer m.mu.Unlock()
	values, m.values = m.values, nil
	if m.closed {
		m.wake() // a new wait returns at once
	}
	return values, len(values) > 0 || !m.closed
}
